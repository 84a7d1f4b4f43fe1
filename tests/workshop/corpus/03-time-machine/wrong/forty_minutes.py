"""Forty minutes, to be friendly."""


def is_live(created_at, seen_at, now):
    return now < min(seen_at + 2400, created_at + 8 * 3600)
