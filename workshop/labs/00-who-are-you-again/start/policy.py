"""Lab 0: tell two callers apart. Change remember and recall."""

# INSECURE ON PURPOSE: remembers-the-last-caller


def remember(request, memory, name):
    """
    Called once, when *name* has just given the right password.

    *memory* is a dict that lives as long as the server does. Give the text of a Set-Cookie
    header, or None for no cookie. *request* has: address, user_agent, cookies (a dict).
    """
    memory["name"] = name
    return


def recall(request, memory):
    """Called for every other request: give the name of whoever is asking, or None."""
    return memory.get("name")
