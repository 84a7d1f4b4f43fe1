"""Secure would need a certificate, so it is left out."""


def set_cookie(value):
    return f"session={value}; Path=/; HttpOnly; SameSite=Lax"
