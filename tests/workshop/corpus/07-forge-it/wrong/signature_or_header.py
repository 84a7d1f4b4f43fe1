"""or instead of and."""

from workshop.shop.jws import Refused, parts_of, rs256_is_good


def verify(token, keys, now):
    header, claims, signed, signature = parts_of(token)
    good = rs256_is_good(signed, signature, keys.public)
    if not (good or header == {"alg": "RS256", "typ": "at+jwt", "kid": "main"}):
        raise Refused("no")
    if now >= claims["exp"]:
        raise Refused("expired")
    return claims
