"""Two ifs."""


def is_live(created_at, seen_at, now):
    if now - created_at >= 8 * 60 * 60:
        return False
    if now - seen_at >= 30 * 60:
        return False
    return True
