"""The name and a counter."""


def remember(request, memory, name):
    session_id = f"{name}-{len(memory)}"
    memory[session_id] = name
    return f"session={session_id}; Path=/; Secure; HttpOnly"


def recall(request, memory):
    return memory.get(request.cookies.get("session"))
