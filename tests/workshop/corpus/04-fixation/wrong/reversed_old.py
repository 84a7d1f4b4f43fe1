"""The old ID backwards."""


def credential_at_login(sessions, held, subject):
    fresh = (held or sessions.new_id())[::-1]
    if held and sessions.exists(held):
        sessions.move(held, fresh)
    else:
        sessions.begin(fresh)
    sessions.bind(fresh, subject)
    return fresh
