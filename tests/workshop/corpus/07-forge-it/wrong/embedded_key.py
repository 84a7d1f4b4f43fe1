"""A token may bring its own key along (jwk)."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from workshop.shop.jws import Refused, from_base64url, parts_of, rs256_is_good


def verify(token, keys, now):
    header, claims, signed, signature = parts_of(token)
    if header.get("alg") != "RS256" or header.get("typ") != "at+jwt":
        raise Refused("header")
    jwk = header.get("jwk")
    if jwk:
        e, n = (int.from_bytes(from_base64url(jwk[key]), "big") for key in ("e", "n"))
        key = rsa.RSAPublicNumbers(e, n).public_key()
        try:
            key.verify(signature, signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        except Exception as exc:
            raise Refused("signature") from exc
    elif not rs256_is_good(signed, signature, keys.public):
        raise Refused("signature")
    if now >= claims["exp"]:
        raise Refused("expired")
    return claims
