"""Attributes separated by commas."""


def set_cookie(value):
    return f"__Host-session={value}, Path=/, Secure, HttpOnly, SameSite=Lax"
