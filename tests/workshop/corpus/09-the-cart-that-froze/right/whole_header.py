"""The whole header below 4,096."""

from workshop.shop.small import DoesNotFit


def set_cookie(name, value):
    if len(f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax") > 4096:
        raise DoesNotFit("large")
    return f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
