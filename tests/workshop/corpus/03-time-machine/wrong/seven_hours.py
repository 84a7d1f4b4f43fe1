"""The absolute limit is seven hours."""


def is_live(created_at, seen_at, now):
    return now - created_at < 7 * 3600 and now - seen_at < 1800
