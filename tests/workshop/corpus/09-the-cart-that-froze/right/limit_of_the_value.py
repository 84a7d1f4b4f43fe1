"""Counts the value alone, and leaves four bytes for the name."""

from workshop.shop.small import DoesNotFit


def set_cookie(name, value):
    if len(value) > 4092:
        raise DoesNotFit("large")
    return f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
