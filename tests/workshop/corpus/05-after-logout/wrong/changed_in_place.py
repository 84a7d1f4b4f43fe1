"""A set in the store that is changed in the node's own copy and never written back."""


def log_out(claims, shared, own):
    shared.setdefault("denied", set()).add(claims["jti"])


def accepts(claims, shared, own, now):
    return claims["jti"] not in shared.get("denied", set())
