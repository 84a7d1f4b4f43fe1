"""After an outage the node trusts nobody any more."""


def log_out(claims, shared, own):
    shared[claims["jti"]] = claims["exp"]


def accepts(claims, shared, own, now):
    try:
        denied = claims["jti"] in shared
    except Exception:
        own["broken"] = True
        return False
    return not denied and "broken" not in own
