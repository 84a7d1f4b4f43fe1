"""With a helper, an age, and other attributes."""

from workshop.shop.small import DoesNotFit


def size_of(name, value):
    return len(bytes(name, "utf-8") + bytes(value, "utf-8"))


def set_cookie(name, value):
    size = size_of(name, value)
    if size >= 4097:
        raise DoesNotFit(f"{size - 4096} bytes too many")
    return f"{name}={value}; Max-Age=2592000; Path=/; HttpOnly"
