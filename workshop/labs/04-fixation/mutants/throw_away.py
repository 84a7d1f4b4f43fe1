"""Begin with nothing at every login."""

TOLD = "cart is empty"


def credential_at_login(sessions, held, subject):
    if held:
        sessions.end(held)
    fresh = sessions.new_id()
    sessions.begin(fresh)
    sessions.bind(fresh, subject)
    return fresh
