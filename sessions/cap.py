"""A cap on a subject's parallel sessions: how many there may be, and what gives way to one more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol, get_args

from .door import check_choice, check_count
from .errors import TooManySessions
from .events import Event, emit
from .record import Record

AtMax = Literal["end-oldest", "refuse"]


class Logins(Protocol):
    """The two verbs of a manager that a cap needs."""

    def entries(self, subject: str) -> Sequence[Record]:
        """The live sessions of *subject*, oldest first."""

    def revoke_entry(self, subject: str, handle: str) -> object:
        """End the session *handle* of *subject*."""


class Cap:
    """At most *max_sessions* a subject, or any number if that is None.

    `end-oldest` lets nobody be locked out by sessions they forgot, `refuse` lets nobody be
    pushed out by a thief who logs in. The cap holds once concurrent logins are through.
    """

    def __init__(self, logins: Logins, max_sessions: int | None, at_max: AtMax) -> None:
        if max_sessions is not None:
            check_count(max_sessions, "max_sessions")
        check_choice(at_max, "at_max", get_args(AtMax))
        self._logins = logins
        self._max = max_sessions
        self._at_max = at_max

    def before(self, subject: str | None) -> None:
        """Refuse one session more before anything is changed for it."""
        if self._max is None or subject is None or self._at_max != "refuse":
            return
        if len(self._logins.entries(subject)) >= self._max:
            emit(Event.LIMITED, subject=subject, limit=self._max)
            raise TooManySessions(self._max)

    def after(self, subject: str | None, handle: str) -> None:
        """End what is over the cap, now that *handle* counts."""
        if self._max is None or subject is None:
            return
        live = [entry.handle for entry in self._logins.entries(subject)]
        if len(live) <= self._max:
            return
        emit(Event.LIMITED, subject=subject, handle=handle, limit=self._max)
        if self._at_max == "end-oldest":
            for oldest in live[: -self._max]:
                self._logins.revoke_entry(subject, oldest)
        else:
            # Whoever of the concurrent logins looks last sees them all, so the cap holds, even
            # if it means that more of them are refused than had to be.
            self._logins.revoke_entry(subject, handle)
            raise TooManySessions(self._max)
