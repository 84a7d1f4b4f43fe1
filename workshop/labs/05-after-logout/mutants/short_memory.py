"""Denied for a minute: the client will have forgotten it by then."""

TOLD = "came back to life"


def log_out(claims, shared, own):
    shared[claims["jti"]] = claims["iat"] + 60


def accepts(claims, shared, own, now):
    return now >= shared.get(claims["jti"], 0)
