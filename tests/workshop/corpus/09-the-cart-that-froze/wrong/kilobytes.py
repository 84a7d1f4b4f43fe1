"""4,000 times 1,024."""

from workshop.shop.small import DoesNotFit


def set_cookie(name, value):
    if len(name) + len(value) > 4096 * 1024:
        raise DoesNotFit("too large")
    return f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
