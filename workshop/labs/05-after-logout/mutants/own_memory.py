"""A denylist in the memory of the node that was asked."""

TOLD = "other node"


def log_out(claims, shared, own):
    own[claims["jti"]] = claims["exp"]


def accepts(claims, shared, own, now):
    return claims["jti"] not in own
