"""Eight characters from the system's generator: 32 bits."""

import secrets


def remember(request, memory, name):
    session_id = secrets.token_hex(4)
    memory[session_id] = name
    return f"__Host-session={session_id}; Path=/; Secure; HttpOnly; SameSite=Lax"


def recall(request, memory):
    return memory.get(request.cookies.get("__Host-session"))
