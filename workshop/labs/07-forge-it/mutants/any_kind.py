"""Our signature, whatever it was put under."""

from workshop.shop.jws import Refused, parts_of, rs256_is_good

TOLD = "another kind"


def verify(token, keys, now):
    header, claims, signed, signature = parts_of(token)
    if header.get("alg") != "RS256" or not rs256_is_good(signed, signature, keys.public):
        raise Refused("signature")
    if not isinstance(claims.get("exp"), int) or now >= claims["exp"]:
        raise Refused("expired")
    return claims
