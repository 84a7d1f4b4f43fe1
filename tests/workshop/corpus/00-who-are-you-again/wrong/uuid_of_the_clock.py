"""A UUID of version 1: the clock and the network card."""

import uuid


def remember(request, memory, name):
    session_id = str(uuid.uuid1())
    memory[session_id] = name
    return f"session={session_id}; Path=/; Secure; HttpOnly"


def recall(request, memory):
    return memory.get(request.cookies.get("session"))
