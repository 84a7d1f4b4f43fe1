"""A fingerprint as the ID, in a cookie."""

import hashlib


def remember(request, memory, name):
    seen = f"{request.address}|{request.user_agent}|{name}"
    session_id = hashlib.md5(seen.encode()).hexdigest()
    memory[session_id] = name
    return f"session={session_id}; Path=/; HttpOnly"


def recall(request, memory):
    return memory.get(request.cookies.get("session"))
