"""Ends the old session and begins an empty one: the cart is gone."""


def credential_at_login(sessions, held, subject):
    if held and sessions.exists(held):
        sessions.end(held)
    fresh = sessions.new_id()
    sessions.begin(fresh)
    sessions.bind(fresh, subject)
    return fresh
