"""Ends at midnight and after half an hour."""


def is_live(created_at, seen_at, now):
    return now < seen_at + 1800 and now // 86400 == created_at // 86400
