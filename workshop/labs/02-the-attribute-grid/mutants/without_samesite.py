"""Browsers have a default for SameSite nowadays."""

TOLD = "two minutes"


def set_cookie(value):
    return f"__Host-session={value}; Path=/; Secure; HttpOnly"
