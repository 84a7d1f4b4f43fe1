"""Looks at the machine's clock, and not at the one that was given."""

import time


def is_live(created_at, seen_at, now):
    now = time.time()
    return now < created_at + 8 * 3600 and now < seen_at + 1800
