"""Lab 0, reference: a random ID travels with each request, and the memory is kept under it."""

import secrets

COOKIE = "__Host-session"


def remember(request, memory, name):
    """Draw an ID that nobody can guess (32 random bytes, 43 characters) and write it down."""
    session_id = secrets.token_urlsafe(32)
    memory[session_id] = name
    return f"{COOKIE}={session_id}; Path=/; Secure; HttpOnly; SameSite=Lax"


def recall(request, memory):
    """The ID that came with this request says which memory is meant."""
    return memory.get(request.cookies.get(COOKIE))
