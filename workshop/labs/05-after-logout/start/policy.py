"""Lab 5: what a logout means for a token that is good until it expires. Change both functions."""

# INSECURE ON PURPOSE: replay-after-logout


def log_out(claims, shared, own):
    """
    Called at a logout. *claims* are the token's: sub, jti (its number), family, iat, exp.

    *shared* is a dict in the store that all nodes ask: each use of it is a round trip.
    *own* is a dict in this node's memory, which no other node sees.
    """
    # The client was told to forget its token. There is nothing to do here.


def accepts(claims, shared, own, now):
    """Called for every request with a well-signed token that has not expired."""
    return True
