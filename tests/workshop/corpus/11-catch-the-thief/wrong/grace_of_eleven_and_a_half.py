"""A grace a little too long: 11.5 s."""


def on_refresh(family, token, now):
    if token == family["current"]:
        return "rotate"
    if token == family.get("previous") and now - family["rotated_at"] <= 11.5:
        return "repeat"
    return "alarm"


def is_suspicious(before, after):
    return before["address"] != after["address"] and before["agent"] != after["agent"]
