"""Sessions as dictionaries, which is how Flask's and Django's libraries see them.

One library's session is opened for a credential, read or changed, and saved, in the order in
which the library does it within a request.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from flask import has_request_context, request

from demo.auth import Client, Revocation

from .interface import Ended, Grant, Identity, Nothing, Refused, new_handle

_OPENED = "bench.rivals.opened"
SUBJECT, HANDLE, CREATED_AT = "_subject", "_handle", "_created_at"


class DictSessions(ABC):
    """A mechanism over a library's sessions."""

    rejection = Refused
    outages: tuple[type[Exception], ...] = ()
    lifetime_s: float

    def around(self) -> AbstractContextManager[Any]:
        """What a request of the library's framework runs in."""
        return nullcontext()

    @abstractmethod
    def opened(self, credential: str | None) -> Any:
        """The library's session, empty if it knows none."""

    @abstractmethod
    def saved(self, session: Any) -> str:
        """Save it as the library does at the end of a request, and give the credential."""

    @abstractmethod
    def renewed(self, session: Any) -> None:
        """Replace the ID of the session, as the library does at a login."""

    @abstractmethod
    def ended(self, session: Any) -> Revocation:
        """End it, as the library does at a logout."""

    def issue(
        self, subject: str | None, data: Mapping[str, Any] | None = None, _: Client | None = None
    ) -> Grant:
        """Begin a session."""
        with self.around():
            session = self.opened(None)
            self._fill(session, subject)
            session.update(data or {})
            return self._grant(session)

    def verify(self, credential: str, fresh: bool = False) -> Identity:  # noqa: ARG002 - always is
        """Open it, read who it is, and let the library save what it saves."""
        with self.around():
            session = self._live(credential)
            self.saved(session)
            data = {name: session[name] for name in session.keys() if not name.startswith("_")}  # noqa: SIM118 - Django's is no mapping
            return Identity(
                session[SUBJECT],
                data,
                session[HANDLE],
                session[CREATED_AT],
                time.time() + self.lifetime_s,
            )

    def update(self, credential: str, changes: Mapping[str, Any]) -> Grant | None:
        """Change the session that this request opened, and save it whole."""
        with self.around():
            session = self._live(credential)
            for name, value in changes.items():
                if value is None:
                    session.pop(name, None)
                else:
                    session[name] = value
            grant = self._grant(session)
            return None if grant.credential == credential else grant

    def renew(self, renewal: str, subject: str | None = None, _: Client | None = None) -> Grant:
        """Another ID for the same session; at a login also the subject."""
        with self.around():
            session = self._live(renewal)
            if subject is not None and session[SUBJECT] not in (None, subject):
                session.clear()  # of somebody else: nobody inherits their data
            if subject is not None and session.get(SUBJECT) != subject:
                self._fill(session, subject)
            self.renewed(session)
            return self._grant(session)

    def revoke(self, credential: str) -> Revocation:
        """Log out."""
        with self.around():
            return self.ended(self._live(credential))

    def revoke_entry(self, subject: str, handle: str) -> None:  # noqa: B027 - the answer is None
        """No such login, ever: the library keeps no index."""

    def revoke_all(self, subject: str, keep: str | None = None) -> Revocation:  # noqa: ARG002 - the interface
        """End nothing: the library does not know whose sessions there are."""
        return Nothing()

    def entries(self, subject: str) -> None:  # noqa: B027 - the answer is None
        """The library cannot tell."""

    def _live(self, credential: str) -> Any:
        # One session object a request, as both frameworks have it: what a request read, it saves.
        held = request.environ.setdefault(_OPENED, {}) if has_request_context() else {}
        session = held.get(credential)
        if session is None:
            session = held[credential] = self.opened(credential)
        if HANDLE not in session:
            raise Refused
        return session

    def _grant(self, session: Any) -> Grant:
        credential = self.saved(session)
        return Grant(credential, time.time() + self.lifetime_s, session[HANDLE])

    @staticmethod
    def _fill(session: Any, subject: str | None) -> None:
        session[SUBJECT] = subject
        session[HANDLE] = new_handle()
        session[CREATED_AT] = time.time()


def at_expiry(lifetime_s: float) -> Ended:
    """What a logout is that only asks the client to forget."""
    return Ended("at-expiry", time.time() + lifetime_s)
