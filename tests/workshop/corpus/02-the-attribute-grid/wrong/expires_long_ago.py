"""An end that is over."""


def set_cookie(value):
    return f"__Host-s={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
