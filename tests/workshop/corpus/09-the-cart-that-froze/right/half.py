"""Half of what fits is surely safe."""

from workshop.shop.small import DoesNotFit


def set_cookie(name, value):
    if len(name) + len(value) > 2048:
        raise DoesNotFit("too large")
    return f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
