"""The prefix, and a Domain that it forbids."""


def set_cookie(value):
    return f"__Host-s={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Domain=shop.localhost"
