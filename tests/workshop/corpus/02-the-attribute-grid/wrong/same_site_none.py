"""SameSite=None, so that links work."""


def set_cookie(value):
    return f"__Host-session={value}; Path=/; Secure; HttpOnly; SameSite=None"
