"""Each node copies the list at its first request and adds its own logouts."""


def log_out(claims, shared, own):
    shared[claims["jti"]] = claims["exp"]
    own.setdefault("denied", set()).add(claims["jti"])


def accepts(claims, shared, own, now):
    if "denied" not in own:
        own["denied"] = set(shared.snapshot())
    return claims["jti"] not in own["denied"]
