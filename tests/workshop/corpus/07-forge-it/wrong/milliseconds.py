"""Compares seconds with milliseconds."""

from workshop.shop.jws import Refused, parts_of, rs256_is_good


def verify(token, keys, now):
    header, claims, signed, signature = parts_of(token)
    if header != {"alg": "RS256", "typ": "at+jwt", "kid": "main"}:
        raise Refused("header")
    if not rs256_is_good(signed, signature, keys.public):
        raise Refused("signature")
    if now * 1000 >= claims["exp"]:
        raise Refused("expired")
    return claims
