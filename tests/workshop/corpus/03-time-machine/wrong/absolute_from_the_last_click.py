"""Both limits from the last request."""


def is_live(created_at, seen_at, now):
    return now < seen_at + 30 * 60 and now < seen_at + 8 * 3600
