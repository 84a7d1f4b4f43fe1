"""Lab 7: is this token ours? Change verify."""

# INSECURE ON PURPOSE: alg-none

from workshop.shop.jws import Refused, hs256_is_good, parts_of, rs256_is_good


def key_named(kid, keys):
    """The key that the token asks for."""
    if kid == "main":
        return keys.public.encode()
    try:
        return (keys.folder / kid).read_bytes()
    except OSError as exc:
        raise Refused("no such key") from exc


def verify(token, keys, now):
    """
    Give the claims of a good token, or raise Refused("why").

    The shop signs with RS256, and writes the header {"alg": "RS256", "typ": "at+jwt", "kid": "main"}.
    The claims have iss and aud, both "https://shop.localhost"; sub, iat, exp and jti.
    keys.public is its public key, keys.folder a folder with older ones. *now* is in seconds, and
    so is claims["exp"].
    """
    header, claims, signed, signature = parts_of(token)
    algorithm = header.get("alg", "").lower()
    if algorithm == "none":
        return claims
    key = key_named(header.get("kid", "main"), keys)
    if algorithm == "hs256" and not hs256_is_good(signed, signature, key):
        raise Refused("signature")
    if algorithm == "rs256" and not rs256_is_good(signed, signature, key.decode()):
        raise Refused("signature")
    if algorithm not in ("hs256", "rs256") or now >= claims["exp"]:
        raise Refused("algorithm or expiry")
    return claims
