"""What does not fit is cut off."""


def set_cookie(name, value):
    return f"{name}={value[: 4096 - len(name)]}; Path=/; Secure; HttpOnly; SameSite=Lax"
