"""Lab 4: what happens to the session ID at a login. Change credential_at_login."""

# INSECURE ON PURPOSE: fixation


def credential_at_login(sessions, held, subject):
    """
    Called when *subject* has given the right password. Give the session ID to go on with.

    *held* is the ID that the browser came with, or None. *sessions* can do:
      new_id()           an ID that nobody has
      exists(id)         whether there is such a session
      begin(id)          begin an empty session of nobody's under this ID
      move(old, new)     give a session another ID; the old one opens nothing any more
      copy(old, new)     let a second ID open the same session
      bind(id, subject)  say whose session it is
      end(id)            end a session
    """
    session_id = held or sessions.new_id()
    if not sessions.exists(session_id):
        sessions.begin(session_id)
    sessions.bind(session_id, subject)
    return session_id
