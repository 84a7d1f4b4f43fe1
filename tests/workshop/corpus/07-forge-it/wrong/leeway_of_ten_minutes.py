"""Ten minutes of leeway: twice the life of the token."""

from workshop.shop.jws import Refused, parts_of, rs256_is_good


def verify(token, keys, now):
    header, claims, signed, signature = parts_of(token)
    if header != {"alg": "RS256", "typ": "at+jwt", "kid": "main"}:
        raise Refused("header")
    if not rs256_is_good(signed, signature, keys.public):
        raise Refused("signature")
    if not isinstance(claims.get("exp"), int) or now >= claims["exp"] + 600:
        raise Refused("expired")
    return claims
