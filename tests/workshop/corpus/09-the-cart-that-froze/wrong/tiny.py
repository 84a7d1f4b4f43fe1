"""Five hundred bytes, to be safe."""

from workshop.shop.small import DoesNotFit


def set_cookie(name, value):
    if len(value) > 500:
        raise DoesNotFit("large")
    return f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
