"""Cuts the value."""

from workshop.shop.small import DoesNotFit


def set_cookie(name, value):
    if len(name) + len(value) > 4096:
        value = value[: 4096 - len(name)]
    if not value:
        raise DoesNotFit("empty")
    return f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
