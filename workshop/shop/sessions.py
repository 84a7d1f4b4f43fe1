"""Server-side sessions that ask a policy: the shop's own small manager, behind the demo's routes.

Not a product: `sessions/` is. This one leaves each decision to `Policy`, so that a lab can hand
one of them to a learner.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from demo.auth import Client, Scheme

from .policy import ABSOLUTE_S, INACTIVITY_S, Policy


class NoSession(Exception):
    """A session ID that opens nothing."""


class Immediate:
    """What deleting a record achieves."""

    def describe(self) -> dict[str, str | float]:
        return {"strength": "immediate"}


@dataclass
class Row:
    """One live session on the server."""

    created_at: float
    seen_at: float
    subject: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    handle: str = field(default_factory=lambda: secrets.token_urlsafe(9))
    address: str = ""
    user_agent: str = ""

    @property
    def last_seen_at(self) -> float:
        return self.seen_at

    @property
    def expires_at(self) -> float:
        return min(self.created_at + ABSOLUTE_S, self.seen_at + INACTIVITY_S)


@dataclass(frozen=True)
class Given:
    """What a client receives."""

    credential: str
    expires_at: float
    handle: str
    renewal: str | None = None


class Sessions:
    """The server's table of sessions: what a login policy may do to it."""

    def __init__(self, make_id: Callable[[int], str], now: Callable[[], float]) -> None:
        self._make_id = make_id
        self._now = now
        self._made = 0
        self.rows: dict[str, Row] = {}

    def new_id(self) -> str:
        """An ID that no session has yet."""
        self._made += 1
        return self._make_id(self._made)

    def exists(self, session_id: str) -> bool:
        """Whether a session has this ID."""
        return session_id in self.rows

    def begin(self, session_id: str) -> None:
        """Begin a session of nobody's under this ID."""
        self.rows[session_id] = Row(self._now(), self._now())

    def bind(self, session_id: str, subject: str) -> None:
        """Set whose session it is from now on."""
        row = self.rows[session_id]
        if row.subject not in (None, subject):
            row.data = {}
        row.subject, row.created_at, row.seen_at = subject, self._now(), self._now()

    def move(self, old: str, new: str) -> None:
        """Replace the ID of a session and keep its data; the old ID opens nothing any more."""
        self.rows[new] = self.rows.pop(old)

    def copy(self, old: str, new: str) -> None:
        """Let a second ID open the same session."""
        self.rows[new] = self.rows[old]

    def end(self, session_id: str) -> None:
        """End a session; nothing happens if there is none."""
        self.rows.pop(session_id, None)


class LabSessions:
    """The seven verbs over `Sessions`, as demo.auth.Mechanism asks."""

    rejection = NoSession
    outages: tuple[type[Exception], ...] = ()

    def __init__(self, policy: Policy, now: Callable[[], float]) -> None:
        self.policy = policy
        self.sessions = Sessions(policy.new_id, now)
        self._now = now
        self._lock = threading.RLock()
        # What came with this request, one thread each: the app never hands on an ID that is not
        # known, and whether to adopt it is just what a policy is to decide.
        self._came = threading.local()

    def issue(
        self,
        subject: str | None,
        data: Mapping[str, Any] | None = None,
        client: Client | None = None,
    ) -> Given:
        with self._lock:
            if subject is None:
                credential = self.sessions.new_id()
                self.sessions.begin(credential)
            else:
                held = self._came.__dict__.pop("held", None)
                credential = self.policy.credential_at_login(self.sessions, held, subject)
            row = self._row(credential)
            row.data.update(data or {})
            return self._given(credential, row, client)

    def verify(self, credential: str, fresh: bool = False) -> Row:  # noqa: ARG002 - always fresh
        with self._lock:
            self._came.held = credential
            return self._live(credential)

    def update(self, credential: str, changes: Mapping[str, Any]) -> None:
        with self._lock:
            row = self._live(credential)
            for key, value in changes.items():
                row.data.pop(key, None) if value is None else row.data.update({key: value})

    def renew(
        self, renewal: str, subject: str | None = None, client: Client | None = None
    ) -> Given:
        with self._lock:
            if subject is not None:
                credential = self.policy.credential_at_login(self.sessions, renewal, subject)
            else:
                self._live(renewal)
                credential = self.sessions.new_id()
                self.sessions.move(renewal, credential)
            return self._given(credential, self._row(credential), client)

    def revoke(self, credential: str) -> Immediate:
        with self._lock:
            self._live(credential)
            self.sessions.end(credential)
        return Immediate()

    def revoke_entry(self, subject: str, handle: str) -> Immediate | None:
        with self._lock:
            return self._end(lambda row: row.subject == subject and row.handle == handle)

    def revoke_all(self, subject: str, keep: str | None = None) -> Immediate:
        with self._lock:
            self._end(lambda row: row.subject == subject and row.handle != keep)
        return Immediate()

    def entries(self, subject: str) -> list[Row]:
        return [row for row in self.sessions.rows.values() if row.subject == subject]

    def _end(self, fits: Callable[[Row], bool]) -> Immediate | None:
        ended = [key for key, row in self.sessions.rows.items() if fits(row)]
        for key in ended:
            self.sessions.end(key)
        return Immediate() if ended else None

    def _live(self, credential: str) -> Row:
        row = self.sessions.rows.get(credential)
        if row is None:
            raise NoSession
        now = self._now()
        if not self.policy.is_live(row.created_at, row.seen_at, now):
            self.sessions.end(credential)
            raise NoSession
        row.seen_at = now
        return row

    def _row(self, credential: object) -> Row:
        if not isinstance(credential, str) or not self.sessions.exists(credential):
            raise ValueError("credential_at_login must give the ID of a session that exists")
        return self.sessions.rows[credential]

    def _given(self, credential: str, row: Row, client: Client | None) -> Given:
        if client is not None:
            row.address, row.user_agent = client.address, client.user_agent
        return Given(credential, row.expires_at, row.handle)


def session_scheme(policy: Policy, now: Callable[[], float]) -> tuple[Scheme, LabSessions]:
    """The shop's scheme under sessions, and the mechanism in it."""
    mechanism = LabSessions(policy, now)
    scheme = Scheme(
        name="session-cookie-lab",
        summary="The workshop's shop, with server-side sessions in a cookie.",
        mechanism=mechanism,
        transport="cookie",
        strength="immediate",
        shared=False,
    )
    return scheme, mechanism
