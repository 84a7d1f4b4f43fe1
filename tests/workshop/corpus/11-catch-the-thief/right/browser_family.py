"""The name of the browser counts, its version does not; the address is asked first."""


def on_refresh(family, token, now):
    if token == family.get("previous") and token != family["current"]:
        return "repeat" if now <= family["rotated_at"] + 10 else "alarm"
    return "rotate" if token == family["current"] else "alarm"


def is_suspicious(before, after):
    if before["address"] == after["address"]:
        return False
    return before["agent"].split("/")[0] != after["agent"].split("/")[0] or (
        before["agent"].split()[-1] != after["agent"].split()[-1]
    )
