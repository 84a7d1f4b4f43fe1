"""The instant of the login is the ID."""

import time


def remember(request, memory, name):
    session_id = str(time.time())
    memory[session_id] = name
    return f"session={session_id}; Path=/"


def recall(request, memory):
    return memory.get(request.cookies.get("session"))
