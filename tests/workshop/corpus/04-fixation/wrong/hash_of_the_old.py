"""A new ID, made of the old one."""

import hashlib


def credential_at_login(sessions, held, subject):
    if held and sessions.exists(held):
        fresh = hashlib.sha256(held.encode()).hexdigest()
        sessions.move(held, fresh)
    else:
        fresh = sessions.new_id()
        sessions.begin(fresh)
    sessions.bind(fresh, subject)
    return fresh
