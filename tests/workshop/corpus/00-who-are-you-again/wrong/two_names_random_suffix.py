"""The name, and four random digits behind it."""

import secrets


def remember(request, memory, name):
    session_id = f"{name}-{secrets.randbelow(10**4):04}"
    memory[session_id] = name
    return f"__Host-session={session_id}; Path=/; Secure; HttpOnly; SameSite=Lax"


def recall(request, memory):
    return memory.get(request.cookies.get("__Host-session"))
