"""Lab 3, reference: two limits, each counted from its own beginning; the sooner one ends it."""

MINUTE = 60.0
HOUR = 60 * MINUTE
INACTIVITY = 30 * MINUTE
ABSOLUTE = 8 * HOUR


def is_live(created_at, seen_at, now):
    """Dead from the very instant that either limit names."""
    ends_at = min(created_at + ABSOLUTE, seen_at + INACTIVITY)
    return now < ends_at
