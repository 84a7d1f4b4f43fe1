"""Whoever brings the cookie is the one who logged in last; its value is not looked at."""

import secrets


def remember(request, memory, name):
    memory["name"] = name
    return f"session={secrets.token_urlsafe(32)}; Path=/; Secure; HttpOnly"


def recall(request, memory):
    return memory.get("name") if request.cookies.get("session") else None
