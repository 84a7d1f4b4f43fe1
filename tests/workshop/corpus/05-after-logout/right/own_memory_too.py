"""A node that knows of a logout need not ask."""


def log_out(claims, shared, own):
    shared[claims["jti"]] = claims["exp"]
    own[claims["jti"]] = claims["exp"]


def accepts(claims, shared, own, now):
    if claims["jti"] in own:
        return False
    if claims["jti"] in shared:
        own[claims["jti"]] = claims["exp"]
        return False
    return True
