"""The ID is the name of who logs in."""


def credential_at_login(sessions, held, subject):
    fresh = f"session-of-{subject}"
    if held and sessions.exists(held):
        sessions.move(held, fresh)
    else:
        sessions.begin(fresh)
    sessions.bind(fresh, subject)
    return fresh
