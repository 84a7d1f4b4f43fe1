"""Lab 7, reference: nothing in the token decides how the token is checked (RFC 8725 section 3)."""

from workshop.shop.jws import Refused, parts_of, rs256_is_good

HEADER = {"alg": "RS256", "typ": "at+jwt", "kid": "main"}


def verify(token, keys, now):
    """One algorithm, one kind, one key: ours. Then the signature, then the time."""
    header, claims, signed, signature = parts_of(token)
    if header != HEADER:
        raise Refused("not a header that we write")
    if not rs256_is_good(signed, signature, keys.public):
        raise Refused("not our signature")
    expires_at = claims.get("exp")
    if not isinstance(expires_at, int) or now >= expires_at:
        raise Refused("expired, or never meant to expire")
    return claims
