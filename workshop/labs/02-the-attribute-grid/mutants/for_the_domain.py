"""For all of the shop's names."""

TOLD = "below the shop's name was sent"


def set_cookie(value):
    return f"session={value}; Domain=shop.localhost; Path=/; Secure; HttpOnly; SameSite=Lax"
