"""A hash of a random number that has six digits only."""

import hashlib
import secrets


def remember(request, memory, name):
    session_id = hashlib.sha256(str(secrets.randbelow(10**6)).encode()).hexdigest()
    memory[session_id] = name
    return f"__Host-session={session_id}; Path=/; Secure; HttpOnly; SameSite=Lax"


def recall(request, memory):
    return memory.get(request.cookies.get("__Host-session"))
