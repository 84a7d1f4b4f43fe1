"""Or instead of and."""


def is_live(created_at, seen_at, now):
    return now - created_at < 8 * 3600 or now - seen_at < 1800
