"""Refuses the second time what it refused before, and forgets to refuse the first time."""

from workshop.shop.jws import Refused, parts_of, rs256_is_good

BAD = set()


def verify(token, keys, now):
    if token in BAD:
        raise Refused("again")
    header, claims, signed, signature = parts_of(token)
    if not rs256_is_good(signed, signature, keys.public):
        BAD.add(token)
    return claims
