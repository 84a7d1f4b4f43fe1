"""Once the cart is full, it stays closed."""

from workshop.shop.small import DoesNotFit

FULL = []


def set_cookie(name, value):
    if FULL or len(name) + len(value) > 4096:
        FULL.append(1)
        raise DoesNotFit("too large")
    return f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
