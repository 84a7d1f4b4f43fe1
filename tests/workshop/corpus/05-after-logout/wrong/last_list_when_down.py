"""In an outage the last answer is good enough."""


def log_out(claims, shared, own):
    shared[claims["jti"]] = claims["exp"]


def accepts(claims, shared, own, now):
    try:
        own[claims["jti"]] = claims["jti"] in shared
    except Exception:
        return not own.get(claims["jti"], False)
    return not own[claims["jti"]]
