"""Both limits, and the limit itself still counts as alive."""

TOLD = "very instant"


def is_live(created_at, seen_at, now):
    return now <= min(created_at + 8 * 3600, seen_at + 1800)
