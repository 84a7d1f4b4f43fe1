"""All but HttpOnly."""


def set_cookie(value):
    return f"__Host-session={value}; Path=/; Secure; SameSite=Lax"
