"""Whoever logs out ends all logins of before, everywhere."""


def log_out(claims, shared, own):
    shared[claims["sub"]] = claims["iat"]


def accepts(claims, shared, own, now):
    return claims["iat"] > shared.get(claims["sub"], -1)
