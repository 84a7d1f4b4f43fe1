"""For the cart only."""


def set_cookie(value):
    return f"__Secure-s={value}; Path=/cart; Secure; HttpOnly; SameSite=Lax"
