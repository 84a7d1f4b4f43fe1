"""Four hundred characters are enough for anybody."""

from workshop.shop.small import DoesNotFit


def set_cookie(name, value):
    if len(value) > 400:
        raise DoesNotFit("too large")
    return f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
