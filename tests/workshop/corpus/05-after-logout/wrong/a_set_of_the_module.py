"""A set beside the functions: in the memory of one process."""

DENIED = set()


def log_out(claims, shared, own):
    DENIED.add(claims["jti"])


def accepts(claims, shared, own, now):
    return claims["jti"] not in DENIED
