"""At a login all other sessions are ended, to be safe."""


def credential_at_login(sessions, held, subject):
    fresh = sessions.new_id()
    row = sessions.rows.get(held)
    sessions.rows.clear()
    if row:
        sessions.rows[fresh] = row
    else:
        sessions.begin(fresh)
    sessions.bind(fresh, subject)
    return fresh
