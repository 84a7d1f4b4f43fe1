"""4,096 bytes for all of the header."""

from workshop.shop.small import DoesNotFit

TOLD = "would have kept"


def set_cookie(name, value):
    text = f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
    if len(text) > 4096:
        raise DoesNotFit("too large")
    return text
