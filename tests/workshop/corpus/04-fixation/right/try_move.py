"""By asking forgiveness."""


def credential_at_login(sessions, held, subject):
    fresh = sessions.new_id()
    known = held is not None and sessions.exists(held)
    sessions.move(held, fresh) if known else sessions.begin(fresh)
    sessions.bind(fresh, subject)
    return fresh
