"""Moves whatever came with the request, known or not."""


def credential_at_login(sessions, held, subject):
    fresh = sessions.new_id()
    if held:
        sessions.move(held, fresh)
    else:
        sessions.begin(fresh)
    sessions.bind(fresh, subject)
    return fresh
