"""Only a session of nobody's gets a new ID; one that has an owner is taken over."""


def credential_at_login(sessions, held, subject):
    if held and sessions.exists(held) and sessions.rows[held].subject is not None:
        sessions.bind(held, subject)
        return held
    fresh = sessions.new_id()
    if held and sessions.exists(held):
        sessions.move(held, fresh)
    else:
        sessions.begin(fresh)
    sessions.bind(fresh, subject)
    return fresh
