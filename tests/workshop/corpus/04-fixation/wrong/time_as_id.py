"""The instant of the login as the new ID."""

import time


def credential_at_login(sessions, held, subject):
    fresh = f"{subject}{time.time_ns()}"
    if held and sessions.exists(held):
        sessions.move(held, fresh)
    else:
        sessions.begin(fresh)
    sessions.bind(fresh, subject)
    return fresh
