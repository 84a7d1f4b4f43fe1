"""A copy, and the old one stays."""


def credential_at_login(sessions, held, subject):
    fresh = sessions.new_id()
    if held and sessions.exists(held):
        sessions.copy(held, fresh)
    else:
        sessions.begin(fresh)
    sessions.bind(fresh, subject)
    return fresh
