"""With an age of a day."""


def set_cookie(value):
    return f"__Host-sid={value}; Max-Age=86400; Path=/; Secure; HttpOnly; SameSite=Lax"
