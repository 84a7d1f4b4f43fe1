"""Random characters, and the name in front of them, which alone is read."""

import secrets


def remember(request, memory, name):
    return f"session={name}.{secrets.token_urlsafe(32)}; Path=/; Secure; HttpOnly"


def recall(request, memory):
    name, dot, _ = request.cookies.get("session", "").partition(".")
    return name if dot else None
