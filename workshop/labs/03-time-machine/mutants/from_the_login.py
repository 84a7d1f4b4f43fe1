"""Thirty minutes, counted from the login."""

TOLD = "in the middle of her work"


def is_live(created_at, seen_at, now):
    return now < created_at + 1800
