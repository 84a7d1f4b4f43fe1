"""The instant of the login, hashed so that it looks random."""

import hashlib
from datetime import datetime


def remember(request, memory, name):
    session_id = hashlib.sha1(f"{name}{datetime.now()}".encode()).hexdigest()
    memory[session_id] = name
    return f"session={session_id}; Path=/"


def recall(request, memory):
    return memory.get(request.cookies.get("session"))
