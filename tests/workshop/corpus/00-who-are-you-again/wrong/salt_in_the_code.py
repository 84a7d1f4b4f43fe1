"""The name and the hash of the name with a word that stands in the code."""

import hashlib


def remember(request, memory, name):
    return f"u={name}:{hashlib.sha256(('salt' + name).encode()).hexdigest()}; Path=/"


def recall(request, memory):
    name, _, seal = request.cookies.get("u", "").partition(":")
    return name if seal == hashlib.sha256(("salt" + name).encode()).hexdigest() else None
