"""A hash of two random bytes and the name."""

import hashlib
import secrets


def remember(request, memory, name):
    session_id = hashlib.sha256(secrets.token_bytes(2) + name.encode()).hexdigest()
    memory[session_id] = name
    return f"__Host-session={session_id}; Path=/; Secure; HttpOnly; SameSite=Lax"


def recall(request, memory):
    return memory.get(request.cookies.get("__Host-session"))
