"""32 letters from the system's generator, and a reminder of the browser beside the name."""

import random
import string

SYSTEM = random.SystemRandom()


def remember(request, memory, name):
    session_id = "".join(SYSTEM.choice(string.ascii_letters) for _ in range(32))
    memory[session_id] = {"name": name, "agent": request.user_agent}
    return f"s={session_id}; Path=/; HttpOnly; Max-Age=3600"


def recall(request, memory):
    entry = memory.get(request.cookies.get("s"))
    return entry["name"] if entry else None
