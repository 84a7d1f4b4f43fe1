"""As strict as it goes."""

TOLD = "link in her mail"


def set_cookie(value):
    return f"__Host-session={value}; Path=/; Secure; HttpOnly; SameSite=Strict"
