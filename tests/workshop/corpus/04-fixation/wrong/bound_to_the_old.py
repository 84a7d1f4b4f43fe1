"""A copy under a new ID; the old one is bound as well and stays."""


def credential_at_login(sessions, held, subject):
    fresh = sessions.new_id()
    if held and sessions.exists(held):
        sessions.bind(held, subject)
        sessions.copy(held, fresh)
    else:
        sessions.begin(fresh)
        sessions.bind(fresh, subject)
    return fresh
