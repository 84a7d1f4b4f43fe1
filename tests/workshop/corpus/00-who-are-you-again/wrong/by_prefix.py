"""The beginning of the ID is enough."""

import secrets


def remember(request, memory, name):
    session_id = secrets.token_hex(32)
    memory[session_id] = name
    return f"session={session_id}; Path=/; Secure; HttpOnly"


def recall(request, memory):
    given = request.cookies.get("session")
    if given is None:
        return None
    return next((name for sid, name in memory.items() if sid.startswith(given)), None)
