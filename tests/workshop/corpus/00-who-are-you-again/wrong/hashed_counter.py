"""A counter, hashed."""

import hashlib


def remember(request, memory, name):
    session_id = hashlib.sha256(str(len(memory) + 1).encode()).hexdigest()
    memory[session_id] = name
    return f"session={session_id}; Path=/; Secure; HttpOnly"


def recall(request, memory):
    return memory.get(request.cookies.get("session"))
