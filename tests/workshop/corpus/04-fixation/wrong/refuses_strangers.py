"""Whoever comes with an ID that is not known cannot log in."""


def credential_at_login(sessions, held, subject):
    if held is not None and not sessions.exists(held):
        raise ValueError("unknown session")
    fresh = sessions.new_id()
    if held:
        sessions.move(held, fresh)
    else:
        sessions.begin(fresh)
    sessions.bind(fresh, subject)
    return fresh
