"""The pair without its sign."""

from workshop.shop.small import DoesNotFit

LIMIT = 4 * 1024


def set_cookie(name, value):
    pair = f"{name}={value}"
    if len(pair) - 1 > LIMIT:
        raise DoesNotFit("no room")
    return pair + "; Path=/; Secure; HttpOnly; SameSite=Lax"
