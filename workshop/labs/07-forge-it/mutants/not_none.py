"""Everything but none."""

from workshop.shop.jws import Refused, hs256_is_good, parts_of, rs256_is_good

TOLD = "public key"


def verify(token, keys, now):
    header, claims, signed, signature = parts_of(token)
    algorithm = header.get("alg", "")
    if algorithm == "HS256":
        good = hs256_is_good(signed, signature, keys.public.encode())
    elif algorithm == "RS256":
        good = rs256_is_good(signed, signature, keys.public)
    else:
        good = False
    if not good or now >= claims["exp"]:
        raise Refused("no")
    return claims
