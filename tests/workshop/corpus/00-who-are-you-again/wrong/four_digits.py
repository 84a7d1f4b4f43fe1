"""A random number of four digits."""

import secrets


def remember(request, memory, name):
    pin = str(1000 + secrets.randbelow(9000))
    memory[pin] = name
    return f"pin={pin}; Path=/; Secure; HttpOnly"


def recall(request, memory):
    return memory.get(request.cookies.get("pin"))
