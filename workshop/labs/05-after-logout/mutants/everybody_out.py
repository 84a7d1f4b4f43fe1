"""Whoever logs out is out."""

TOLD = "phone"


def log_out(claims, shared, own):
    shared[claims["sub"]] = True


def accepts(claims, shared, own, now):
    return claims["sub"] not in shared
