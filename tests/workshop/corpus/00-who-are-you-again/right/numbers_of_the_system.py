"""A large number from the system's generator."""

import secrets


def remember(request, memory, name):
    session_id = str(secrets.randbits(256))
    memory[session_id] = name
    return f"__Host-session={session_id}; Path=/; Secure; HttpOnly; SameSite=Lax"


def recall(request, memory):
    return memory.get(request.cookies.get("__Host-session"))
