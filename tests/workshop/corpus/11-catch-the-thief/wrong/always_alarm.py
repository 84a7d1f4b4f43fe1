"""Every refresh is a theft."""


def on_refresh(family, token, now):
    return "alarm"


def is_suspicious(before, after):
    return before["address"] != after["address"] and before["agent"] != after["agent"]
