"""Kept on the function itself: in the memory of one process."""


def log_out(claims, shared, own):
    accepts.denied = {*getattr(accepts, "denied", ()), claims["jti"]}


def accepts(claims, shared, own, now):
    return claims["jti"] not in getattr(accepts, "denied", ())
