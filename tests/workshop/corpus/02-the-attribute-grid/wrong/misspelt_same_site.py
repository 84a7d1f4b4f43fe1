"""SameSite=Lex: a value that no browser knows."""


def set_cookie(value):
    return f"__Host-session={value}; Path=/; Secure; HttpOnly; SameSite=Lex"
