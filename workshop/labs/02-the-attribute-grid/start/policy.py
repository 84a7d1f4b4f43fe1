"""Lab 2: the attributes of a cookie. Change set_cookie."""

# INSECURE ON PURPOSE: bare-cookie


def set_cookie(value):
    """
    Give the text of the Set-Cookie header for the session ID *value*.

    name=value; Path=/; Secure; HttpOnly; SameSite=Lax|Strict|None; Domain=...
    A name that begins with __Host- makes the browser demand Secure, Path=/ and no Domain.
    """
    return f"session={value}; Path=/"
