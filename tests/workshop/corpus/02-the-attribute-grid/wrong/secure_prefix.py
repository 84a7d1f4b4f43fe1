"""The other prefix, which does not keep neighbours out."""


def set_cookie(value):
    return f"__Secure-session={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
