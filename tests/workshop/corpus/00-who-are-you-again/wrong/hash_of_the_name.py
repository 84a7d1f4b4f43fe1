"""The cookie is the hash of the name: whoever knows the name knows the cookie."""

import hashlib


def remember(request, memory, name):
    session_id = hashlib.sha256(name.encode()).hexdigest()
    memory[session_id] = name
    return f"sid={session_id}; Path=/; Secure; HttpOnly"


def recall(request, memory):
    return memory.get(request.cookies.get("sid"))
