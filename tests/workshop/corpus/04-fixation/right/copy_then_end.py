"""A copy, and then the old one is ended."""


def credential_at_login(sessions, held, subject):
    fresh = sessions.new_id()
    if held and sessions.exists(held):
        sessions.copy(held, fresh)
        sessions.end(held)
    else:
        sessions.begin(fresh)
    sessions.bind(fresh, subject)
    return fresh
