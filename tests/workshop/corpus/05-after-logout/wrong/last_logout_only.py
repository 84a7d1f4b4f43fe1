"""One place for the token that was logged out last."""


def log_out(claims, shared, own):
    shared["denied"] = claims["jti"]


def accepts(claims, shared, own, now):
    return shared.get("denied") != claims["jti"]
