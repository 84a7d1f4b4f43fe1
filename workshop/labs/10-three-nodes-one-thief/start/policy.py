"""Lab 10: a copy of the denylist in each node. Change accepts."""

# INSECURE ON PURPOSE: deaf-nodes

POLL = 10.0
"""Seconds after which a node should fetch the list again."""
TOO_OLD = 60.0
"""Seconds after which a list is worth nothing any more, should the store be down for long."""


def accepts(claims, shared, own, now):
    """
    Whether a well-signed token may pass here.

    *shared* is the store, and each use of it a round trip: shared.snapshot() gives all denials,
    a dict whose keys are "denied:" and the jti. It raises StoreDown (from workshop.shop.tokens)
    if the store does not answer. *own* is a dict in this node's memory; *now* is in seconds.
    """
    if "denials" not in own:
        own["denials"] = shared.snapshot()
    return f"denied:{claims['jti']}" not in own["denials"]
