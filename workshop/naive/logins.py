"""INSECURE ON PURPOSE: logins and lifetimes as they should not be."""

from __future__ import annotations

from ..shop.policy import INACTIVITY_S, Policy
from ..shop.sessions import Sessions


def keep_what_was_held(sessions: Sessions, held: str | None, subject: str) -> str:
    """Adopt whatever ID the client came with, known or not, and log it in."""
    session_id = held or sessions.new_id()
    if not sessions.exists(session_id):
        sessions.begin(session_id)
    sessions.bind(session_id, subject)
    return session_id


def count_on(count: int) -> str:
    """Session 1, session 2, session 3."""
    return f"{1000 + count}"


def only_inactivity(created_at: float, seen_at: float, now: float) -> bool:  # noqa: ARG001
    """As long as somebody clicks, whoever that is."""
    return now < seen_at + INACTIVITY_S


def open_cookie(value: str) -> str:
    """A cookie that anybody's script reads, any sibling sets, and says nothing of other sites."""
    return f"session={value}; Path=/"


LOGINS = (
    Policy(
        marker="fixation",
        credential_at_login=keep_what_was_held,
        reads_id_from_address=True,
        set_cookie=open_cookie,
    ),
    Policy(marker="guessable-id", new_id=count_on),
    Policy(marker="no-absolute-timeout", is_live=only_inactivity),
)
