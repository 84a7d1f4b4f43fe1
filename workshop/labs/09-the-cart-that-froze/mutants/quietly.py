"""If it does not fit, set none; the old one is still there."""

TOLD = "said that all was well"


def set_cookie(name, value):
    if len(name) + len(value) > 4096:
        return None
    return f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
