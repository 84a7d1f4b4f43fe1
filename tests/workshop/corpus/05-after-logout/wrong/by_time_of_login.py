"""Refuses by subject and second of issue."""


def log_out(claims, shared, own):
    shared[claims["sub"]] = claims["iat"]


def accepts(claims, shared, own, now):
    return shared.get(claims["sub"]) != claims["iat"]
