"""No answer for what is too late."""


def on_refresh(family, token, now):
    if token == family["current"]:
        return "rotate"
    if token == family.get("previous") and now - family["rotated_at"] <= 10:
        return "repeat"


def is_suspicious(before, after):
    return before["address"] != after["address"] and before["agent"] != after["agent"]
