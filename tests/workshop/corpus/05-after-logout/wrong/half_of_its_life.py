"""Denied for the first half of its life."""


def log_out(claims, shared, own):
    shared[claims["jti"]] = claims["iat"] + (claims["exp"] - claims["iat"]) / 2


def accepts(claims, shared, own, now):
    return now > shared.get(claims["jti"], 0)
