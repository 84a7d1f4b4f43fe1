"""Ten hours are a working day."""


def is_live(created_at, seen_at, now):
    return now - created_at < 36000 and now - seen_at < 1800
