"""Ask the store for every request."""

TOLD = "round trips"


def accepts(claims, shared, own, now):
    return f"denied:{claims['jti']}" not in shared
