"""Strictly less than 4,096."""

from workshop.shop.small import DoesNotFit


def set_cookie(name, value):
    if len(name) + len(value) >= 4096:
        raise DoesNotFit("too large")
    return f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
