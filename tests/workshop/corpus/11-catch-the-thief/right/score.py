"""A score, of which half is tolerated."""


def on_refresh(family, token, now):
    age = now - family["rotated_at"]
    answers = {family["current"]: "rotate"}
    if age <= 10.0:
        answers.setdefault(family.get("previous"), "repeat")
    return answers.get(token, "alarm")


def is_suspicious(before, after):
    score = (before["address"] != after["address"]) + (before["agent"] != after["agent"])
    return score > 1
