"""A random ID, but there is room for one."""

import secrets


def remember(request, memory, name):
    memory.clear()
    session_id = secrets.token_urlsafe(32)
    memory[session_id] = name
    return f"session={session_id}; Path=/; Secure; HttpOnly"


def recall(request, memory):
    return memory.get(request.cookies.get("session"))
