"""A thousand bytes, to be on the safe side."""

from workshop.shop.small import DoesNotFit

TOLD = "would have kept"


def set_cookie(name, value):
    text = f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
    if len(text) > 1000:
        raise DoesNotFit("too large")
    return text
