"""The name, without what makes it somebody's."""


def set_cookie(value):
    return "__Host-session=1; Path=/; Secure; HttpOnly; SameSite=Lax"
