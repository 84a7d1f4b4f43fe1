"""Compared in constant time, and a grace of strictly less than ten seconds."""

import hmac


def on_refresh(family, token, now):
    if hmac.compare_digest(token, family["current"]):
        return "rotate"
    previous = family.get("previous")
    fresh = now - family["rotated_at"] < 10
    return "repeat" if previous is not None and previous == token and fresh else "alarm"


def is_suspicious(before, after):
    return all(before[key] != after[key] for key in ("address", "agent"))
