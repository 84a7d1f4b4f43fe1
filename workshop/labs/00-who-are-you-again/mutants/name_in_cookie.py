"""The cookie says the name, and the server believes it."""

TOLD = "wrote it herself"


def remember(request, memory, name):
    return f"name={name}; Path=/; Secure; HttpOnly; SameSite=Lax"


def recall(request, memory):
    return request.cookies.get("name")
