"""An ID that the shop never gave out is replaced; one that it gave out is kept."""


def credential_at_login(sessions, held, subject):
    if held is None or not sessions.exists(held):
        held = sessions.new_id()
        sessions.begin(held)
    sessions.bind(held, subject)
    return held
