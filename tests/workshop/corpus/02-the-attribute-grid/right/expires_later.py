"""An end in many years."""


def set_cookie(value):
    return f"__Host-s={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Expires=Fri, 01 Jan 2100 00:00:00 GMT"
