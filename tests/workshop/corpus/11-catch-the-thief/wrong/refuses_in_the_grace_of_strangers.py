"""Refuses what is two behind, and leaves the thief in."""


def on_refresh(family, token, now):
    if token == family["current"]:
        return "rotate"
    if token == family.get("previous") and now - family["rotated_at"] <= 10:
        return "repeat"
    if token == family.get("previous"):
        return "alarm"
    return "refuse"


def is_suspicious(before, after):
    return before["address"] != after["address"] and before["agent"] != after["agent"]
