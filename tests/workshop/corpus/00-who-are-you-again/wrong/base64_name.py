"""The name, written so that nobody can read it: base64."""

import base64


def remember(request, memory, name):
    return f"who={base64.b64encode(name.encode()).decode()}; Path=/; HttpOnly"


def recall(request, memory):
    value = request.cookies.get("who")
    if not value:
        return None
    try:
        return base64.b64decode(value).decode()
    except ValueError:
        return None
