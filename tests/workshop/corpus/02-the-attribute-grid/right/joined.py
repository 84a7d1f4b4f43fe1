"""Made by joining a list."""


def set_cookie(value):
    parts = ["__Host-shop=" + value, "Path=/", "HttpOnly", "Secure", "SameSite=Lax"]
    return "; ".join(parts)
