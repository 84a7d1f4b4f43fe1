"""A cart that does not fit begins again."""


def set_cookie(name, value):
    if len(name) + len(value) > 4096:
        return f"{name}=; Path=/; Secure; HttpOnly; SameSite=Lax"
    return f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
