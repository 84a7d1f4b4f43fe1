"""Thirty seconds for thirty minutes."""


def is_live(created_at, seen_at, now):
    return now < created_at + 8 * 3600 and now < seen_at + 30
