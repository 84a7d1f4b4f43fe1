"""Strict: no link from elsewhere finds her logged in."""


def set_cookie(value):
    return f"__Host-s={value}; Path=/; Secure; HttpOnly; SameSite=Strict"
