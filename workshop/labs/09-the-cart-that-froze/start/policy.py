"""Lab 9: a cart that lives in a cookie. Change set_cookie."""

# INSECURE ON PURPOSE: oversized-cookie

from workshop.shop.small import DoesNotFit  # noqa: F401 - raise DoesNotFit("why")


def set_cookie(name, value):
    """
    Give the text of Set-Cookie for the whole cart, which is packed in *value*.

    Raise DoesNotFit("why") instead, and the shop answers 413, and says that nothing was changed.
    """
    return f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
