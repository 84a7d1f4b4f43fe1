"""A small JSON document in the cookie, as hex."""

import json


def remember(request, memory, name):
    return f"state={json.dumps({'user': name}).encode().hex()}; Path=/; Secure; HttpOnly"


def recall(request, memory):
    try:
        return json.loads(bytes.fromhex(request.cookies.get("state", ""))).get("user")
    except ValueError:
        return None
