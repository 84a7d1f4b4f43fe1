"""A new ID, and nobody says whose it is."""


def credential_at_login(sessions, held, subject):
    fresh = sessions.new_id()
    if held and sessions.exists(held):
        sessions.move(held, fresh)
    else:
        sessions.begin(fresh)
    return fresh
