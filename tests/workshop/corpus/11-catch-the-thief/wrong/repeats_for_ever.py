"""The token before the newest may always come again; an older one is refused, and no more."""


def on_refresh(family, token, now):
    if token == family["current"]:
        return "rotate"
    return "repeat" if token == family.get("previous") else "refuse"


def is_suspicious(before, after):
    return before["address"] != after["address"] and before["agent"] != after["agent"]
