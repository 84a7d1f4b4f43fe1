"""Asked the other way round, in bytes."""

from workshop.shop.small import DoesNotFit


def set_cookie(name, value):
    if len(name.encode()) + len(value.encode()) <= 4096:
        return f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Strict"
    raise DoesNotFit("the cart is full")
