"""The store, and a memory of the noes beside it."""

NOES = set()


def log_out(claims, shared, own):
    shared["denied:" + claims["jti"]] = True


def accepts(claims, shared, own, now):
    if claims["jti"] in NOES:
        return False
    if "denied:" + claims["jti"] in shared:
        NOES.add(claims["jti"])
        return False
    return True
