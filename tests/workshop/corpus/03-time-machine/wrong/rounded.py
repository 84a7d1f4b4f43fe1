"""Compares whole seconds that are rounded up."""


def is_live(created_at, seen_at, now):
    return round(now) <= round(seen_at) + 1800 and now < created_at + 8 * 3600
