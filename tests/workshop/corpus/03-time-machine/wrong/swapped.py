"""The two limits, exchanged."""


def is_live(created_at, seen_at, now):
    return now < created_at + 1800 and now < seen_at + 8 * 3600
