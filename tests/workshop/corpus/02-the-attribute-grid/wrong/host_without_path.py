"""The prefix, and no Path: the browser drops it."""


def set_cookie(value):
    return f"__Host-session={value}; Secure; HttpOnly; SameSite=Lax"
