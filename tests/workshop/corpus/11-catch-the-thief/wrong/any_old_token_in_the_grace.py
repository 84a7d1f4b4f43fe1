"""Within the grace any token of the family is repeated."""


def on_refresh(family, token, now):
    if token == family["current"]:
        return "rotate"
    if now - family["rotated_at"] <= 10:
        return "repeat"
    return "alarm"


def is_suspicious(before, after):
    return before["address"] != after["address"] and before["agent"] != after["agent"]
