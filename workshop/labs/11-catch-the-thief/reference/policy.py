"""Lab 11, reference: an old token is a theft, unless it is a tab; and one sign alone is none."""

GRACE = 10.0


def on_refresh(family, token, now):
    """Of two who hold the same token one is a thief, and nobody can tell which (RFC 9700 4.14.2)."""
    if token == family["current"]:
        return "rotate"
    if token == family.get("previous") and now - family["rotated_at"] <= GRACE:
        return "repeat"
    return "alarm"


def is_suspicious(before, after):
    """People change networks all day, and browsers overnight; both at once is rare."""
    moved = before["address"] != after["address"]
    other_browser = before["agent"] != after["agent"]
    return moved and other_browser
