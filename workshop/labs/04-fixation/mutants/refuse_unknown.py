"""Only IDs that we gave out ourselves."""

TOLD = "asked the shop for one"


def credential_at_login(sessions, held, subject):
    session_id = held if held and sessions.exists(held) else sessions.new_id()
    if not sessions.exists(session_id):
        sessions.begin(session_id)
    sessions.bind(session_id, subject)
    return session_id
