"""Lab 3: when a session is over. Change is_live."""

# INSECURE ON PURPOSE: no-absolute-timeout

MINUTE = 60.0
HOUR = 60 * MINUTE
INACTIVITY = 30 * MINUTE
ABSOLUTE = 8 * HOUR


def is_live(created_at, seen_at, now):
    """
    Whether a session is still good.

    All three are seconds on the server's clock: when the login was, when the last request was,
    and now.
    """
    return now < seen_at + INACTIVITY
