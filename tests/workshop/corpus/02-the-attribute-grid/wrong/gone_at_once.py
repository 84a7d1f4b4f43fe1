"""A cookie that ends when it is set."""


def set_cookie(value):
    return f"__Host-session={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"
