"""4,096 bytes for the value."""

from workshop.shop.small import DoesNotFit

TOLD = "name counts"


def set_cookie(name, value):
    if len(value) > 4096:
        raise DoesNotFit("too large")
    return f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
