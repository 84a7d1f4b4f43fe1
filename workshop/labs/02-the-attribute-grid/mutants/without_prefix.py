"""Every attribute, and an ordinary name."""

TOLD = "tossed"


def set_cookie(value):
    return f"session={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
