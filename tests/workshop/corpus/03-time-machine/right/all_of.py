"""As a list of what is left."""


def is_live(created_at, seen_at, now):
    left = [created_at + 28_800 - now, seen_at + 1_800 - now]
    return all(seconds > 0 for seconds in left)
