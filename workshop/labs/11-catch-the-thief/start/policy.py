"""Lab 11: notice a thief. Change both functions."""

# INSECURE ON PURPOSE: refresh-reuse

GRACE = 10.0
"""Seconds in which the same refresh token may come twice: two tabs, or an answer that was lost."""


def on_refresh(family, token, now):
    """
    Called when a refresh token of a family comes in. Give one of:

      "rotate"  it is the newest: give its successor
      "repeat"  give the same successor once more
      "refuse"  say no, and leave the family alone
      "alarm"   say no, and end the whole family: every token that came of this login

    *family*: current (the newest token), previous (the one before), rotated_at (seconds).
    """
    return "rotate"


def is_suspicious(before, after):
    """
    Whether a journey looks as if somebody else went on with it.

    Both have: address (such as 192.0.2.7), agent (such as Firefox/153 Linux).
    """
    return before["address"] != after["address"]
