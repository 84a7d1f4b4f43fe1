"""The cookie is a number, and the next visitor's number is one more."""

TOLD = "counted"


def remember(request, memory, name):
    number = str(len(memory) + 1)
    memory[number] = name
    return f"session={number}; Path=/; Secure; HttpOnly; SameSite=Lax"


def recall(request, memory):
    return memory.get(request.cookies.get("session"))
