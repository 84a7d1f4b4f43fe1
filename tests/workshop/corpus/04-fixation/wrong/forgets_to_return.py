"""Everything is right but for the last line."""


def credential_at_login(sessions, held, subject):
    fresh = sessions.new_id()
    if held and sessions.exists(held):
        sessions.move(held, fresh)
    else:
        sessions.begin(fresh)
    sessions.bind(fresh, subject)
