"""Denied until a minute before it expires."""


def log_out(claims, shared, own):
    shared[claims["jti"]] = claims["exp"] - 60


def accepts(claims, shared, own, now):
    until = shared.get(claims["jti"])
    return until is None or now > until
