"""Http-Only is no attribute."""


def set_cookie(value):
    return f"__Host-s={value}; Path=/; Secure; Http-Only; SameSite=Lax"
