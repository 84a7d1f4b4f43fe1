"""If the store does not answer, the signature must do."""

TOLD = "store was down"


def log_out(claims, shared, own):
    shared[claims["jti"]] = claims["exp"]


def accepts(claims, shared, own, now):
    try:
        return claims["jti"] not in shared
    except Exception:
        return True
