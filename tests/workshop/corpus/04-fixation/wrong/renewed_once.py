"""A new ID at a subject's first login only."""

SEEN = set()


def credential_at_login(sessions, held, subject):
    if subject in SEEN and held and sessions.exists(held):
        sessions.bind(held, subject)
        return held
    SEEN.add(subject)
    fresh = sessions.new_id()
    if held and sessions.exists(held):
        sessions.move(held, fresh)
    else:
        sessions.begin(fresh)
    sessions.bind(fresh, subject)
    return fresh
