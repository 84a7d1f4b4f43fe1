"""Turned round: whoever has logged out is in."""


def log_out(claims, shared, own):
    shared[claims["jti"]] = claims["exp"]


def accepts(claims, shared, own, now):
    return claims["jti"] in shared
