"""A UUID of version 4 is 122 random bits."""

import uuid


def remember(request, memory, name):
    session_id = str(uuid.uuid4())
    memory.setdefault("sessions", {})[session_id] = name
    return f"id={session_id}; Path=/"


def recall(request, memory):
    return memory.get("sessions", {}).get(request.cookies.get("id", ""))
