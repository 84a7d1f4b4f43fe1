"""Lab 9, reference: what a browser would drop in silence is refused aloud, before it is sent."""

from workshop.shop.small import DoesNotFit

MOST_BYTES = 4096
"""Name and value together (RFC 6265bis section 5.6); the attributes do not count."""


def set_cookie(name, value):
    """The cookie, if a browser would keep it."""
    size = len(name.encode()) + len(value.encode())
    if size > MOST_BYTES:
        raise DoesNotFit(f"the cart would take {size} of {MOST_BYTES} bytes; nothing was changed")
    return f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
