"""A good signature is a good token."""

from workshop.shop.jws import Refused, parts_of, rs256_is_good

TOLD = "last week"


def verify(token, keys, now):
    header, claims, signed, signature = parts_of(token)
    if header.get("alg") != "RS256" or header.get("typ") != "at+jwt":
        raise Refused("header")
    if not rs256_is_good(signed, signature, keys.public):
        raise Refused("signature")
    return claims
