"""The sign between name and value counts as well, they say."""

from workshop.shop.small import DoesNotFit


def set_cookie(name, value):
    if len(f"{name}={value}") > 4096:
        raise DoesNotFit("too large")
    return f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
