"""Attributes in small letters."""


def set_cookie(value):
    return f"__Host-s={value}; path=/; secure; httponly; samesite=lax"
