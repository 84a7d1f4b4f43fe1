"""The old ID and a number."""


def credential_at_login(sessions, held, subject):
    if held and sessions.exists(held):
        fresh = held + "-1"
        sessions.move(held, fresh)
    else:
        fresh = sessions.new_id()
        sessions.begin(fresh)
    sessions.bind(fresh, subject)
    return fresh
