"""Another name, another order, small letters."""


def set_cookie(value):
    return f"__Host-id={value}; samesite=lax; httponly; secure; path=/"
