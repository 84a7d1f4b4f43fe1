"""Counts whole minutes, and so is up to a minute late."""


def is_live(created_at, seen_at, now):
    return (now - created_at) // 60 <= 480 and (now - seen_at) // 60 <= 30
