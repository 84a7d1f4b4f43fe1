"""Bound first, and moved in the same call."""


def credential_at_login(sessions, held, subject):
    known = held is not None and sessions.exists(held)
    if not known:
        held = sessions.new_id()
        sessions.begin(held)
    sessions.bind(held, subject)
    fresh = sessions.new_id()
    sessions.move(held, fresh)
    return fresh
