"""16 random bytes; the memory keeps only their digest."""

import hashlib
import os


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def remember(request, memory, name):
    session_id = os.urandom(16).hex()
    memory[digest(session_id)] = name
    return f"session={session_id}; Path=/; Secure; HttpOnly; SameSite=Strict"


def recall(request, memory):
    given = request.cookies.get("session")
    return memory.get(digest(given)) if given else None
