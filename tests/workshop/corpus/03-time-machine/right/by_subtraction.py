"""Ages in place of ends."""


def is_live(created_at, seen_at, now):
    return now - created_at < 28800 and now - seen_at < 1800
