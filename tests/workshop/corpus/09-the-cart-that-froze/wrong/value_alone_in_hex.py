"""The value alone is counted, against 0x1000."""

from workshop.shop.small import DoesNotFit


def set_cookie(name, value):
    if len(value) > 0x1000:
        raise DoesNotFit("too large")
    return f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
