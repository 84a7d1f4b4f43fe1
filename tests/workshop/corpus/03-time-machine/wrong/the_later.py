"""max instead of min."""


def is_live(created_at, seen_at, now):
    return now < max(created_at + 8 * 3600, seen_at + 1800)
