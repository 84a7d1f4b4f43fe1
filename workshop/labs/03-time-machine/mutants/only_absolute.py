"""One limit is enough."""

TOLD = "computer in the library"


def is_live(created_at, seen_at, now):
    return now < created_at + 8 * 3600
