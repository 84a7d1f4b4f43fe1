"""With timedelta."""

from datetime import timedelta


def is_live(created_at, seen_at, now):
    idle, age = timedelta(seconds=now - seen_at), timedelta(seconds=now - created_at)
    return idle < timedelta(minutes=30) and age < timedelta(hours=8)
