"""A new ID of four characters."""

import secrets


def credential_at_login(sessions, held, subject):
    fresh = secrets.token_hex(2)
    if held and sessions.exists(held):
        sessions.move(held, fresh)
    else:
        sessions.begin(fresh)
    sessions.bind(fresh, subject)
    return fresh
