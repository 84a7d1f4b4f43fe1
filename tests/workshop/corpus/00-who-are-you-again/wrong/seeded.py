"""Random bits, from a generator that is begun with the name."""

import random


def remember(request, memory, name):
    random.seed(name)
    session_id = f"{random.getrandbits(256):x}"
    memory[session_id] = name
    return f"session={session_id}; Path=/; Secure; HttpOnly"


def recall(request, memory):
    return memory.get(request.cookies.get("session"))
