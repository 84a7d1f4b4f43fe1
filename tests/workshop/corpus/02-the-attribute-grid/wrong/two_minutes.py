"""A cookie of two minutes."""


def set_cookie(value):
    return f"__Host-session={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=120"
