"""Lab 4, reference: whoever logs in gets an ID that nobody knew before (ASVS 5.0 7.2.4)."""


def credential_at_login(sessions, held, subject):
    """A new ID at every login; the cart moves with it, and the old ID opens nothing any more."""
    fresh = sessions.new_id()
    if held is not None and sessions.exists(held):
        sessions.move(held, fresh)
    else:
        # An ID that we never gave out is not adopted: a client cannot choose its ID.
        sessions.begin(fresh)
    sessions.bind(fresh, subject)
    return fresh
