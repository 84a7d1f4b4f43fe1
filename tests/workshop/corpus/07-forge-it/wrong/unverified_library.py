"""The library reads the token, with its checks turned off."""

import jwt
from workshop.shop.jws import Refused


def verify(token, keys, now):
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError as exc:
        raise Refused("no token") from exc
    if now >= claims["exp"]:
        raise Refused("expired")
    return claims
