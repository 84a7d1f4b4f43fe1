"""Fetch the list for every tenth request."""

TOLD = "quiet node"


def accepts(claims, shared, own, now):
    own["count"] = own.get("count", -1) + 1
    if own["count"] % 10 == 0:
        own["denials"] = shared.snapshot()
    return f"denied:{claims['jti']}" not in own["denials"]
