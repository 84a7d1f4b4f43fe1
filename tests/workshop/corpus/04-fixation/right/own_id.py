"""An ID from the system's generator instead of the shop's own."""

import secrets


def credential_at_login(sessions, held, subject):
    fresh = secrets.token_hex(32)
    sessions.begin(fresh)
    if held and sessions.exists(held):
        sessions.move(held, fresh)
    sessions.bind(fresh, subject)
    return fresh
