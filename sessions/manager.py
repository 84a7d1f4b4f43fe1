"""Server-side sessions: an opaque ID for the client, the state in a store.

The other half is tokens/manager.py: the same verbs in the same order, for state that travels.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from .cap import AtMax, Cap
from .door import (
    check_callable,
    check_count,
    check_name,
    check_parts,
    check_type,
    client_facts,
    is_text,
)
from .errors import DataTooLarge, InvalidSession, Reason
from .events import Event, emit
from .grants import Grant, Identity
from .identifiers import digest, is_well_formed, new_handle, new_id
from .lifetimes import OWASP_LOW_RISK, Lifetimes
from .record import (
    Client,
    Damaged,
    Encoded,
    Record,
    data_bytes,
    decode_values,
    encode_values,
    largest,
)
from .stores.base import SessionStore
from .strength import Strength

MAX_DATA_BYTES = 64 * 1024


class SessionManager:
    """Issue, verify, update, renew and revoke server-side sessions.

    Safe to share between threads. The store's exceptions pass through: a store that cannot
    answer neither lets anybody in nor logs anybody out.
    """

    rejection = InvalidSession

    def __init__(
        self,
        store: SessionStore,
        lifetimes: Lifetimes = OWASP_LOW_RISK,
        *,
        max_data_bytes: int = MAX_DATA_BYTES,
        max_sessions: int | None = None,
        at_max: AtMax = "end-oldest",
        now: Callable[[], float] = time.time,
    ) -> None:
        """Keep at most *max_sessions* a subject; *at_max* is what gives way to one more: `Cap`.

        Raises TypeError or ValueError, with the remedy, for what cannot work.
        """
        check_parts(store, SessionStore, "store", "as SQLiteStore(path) makes one")
        check_type(lifetimes, Lifetimes, "lifetimes")
        check_count(max_data_bytes, "max_data_bytes")
        check_callable(now, "now")
        self.store = store
        self.lifetimes = lifetimes
        self.outages = store.outages
        self._max_data_bytes = max_data_bytes
        self._cap = Cap(self, max_sessions, at_max)
        self._now = now
        self._inactivity_s = lifetimes.inactivity.total_seconds()
        self._absolute_s = lifetimes.absolute.total_seconds()
        self._touch_s = lifetimes.touch.total_seconds()
        self._renewal_s = lifetimes.renewal.total_seconds() if lifetimes.renewal else None

    def issue(
        self,
        subject: str | None,
        data: Mapping[str, Any] | None = None,
        client: Client | None = None,
    ) -> Grant:
        """Begin a session; *subject* None is an anonymous visitor.

        Raises TypeError or ValueError for a *subject* that is neither None nor a str of 1 to
        1,024 bytes in UTF-8; DataTooLarge or ValueError, naming the key, for *data* that cannot
        be kept.
        """
        now = self._now()
        if subject is not None:
            subject = check_name(subject, "a subject")
        record = self._begin(subject, self._encoded({} if data is None else data), client, now)
        self._cap.before(subject)
        credential, expires_at = new_id(), self.lifetimes.expires_at(now, now)
        self.store.create(digest(credential), record, expires_at)
        self._cap.after(subject, record.handle)
        emit(Event.CREATED, subject=subject, handle=record.handle)
        return Grant(credential, expires_at, record.handle)

    def verify(self, credential: str, fresh: bool = False) -> Identity:
        """The caller behind *credential*, or InvalidSession. One round trip to the store.

        At most once per touch interval a second one notes the activity; if the store cannot write
        it, that is skipped and reported. *fresh* asks the store
        even if it is one that this node may remember for a moment.
        """
        record, expires_at = self._live(credential, fresh)
        try:
            data = decode_values(record.data) if record.data else {}
        except Damaged as exc:
            emit(Event.DAMAGED, handle=record.handle, detail=str(exc))
            raise InvalidSession(Reason.UNKNOWN) from exc
        return Identity(
            record.subject,
            data,
            record.handle,
            record.created_at,
            expires_at,
            self._renewal_s is not None and self._now() >= record.renewed_at + self._renewal_s,
        )

    def update(self, credential: str, changes: Mapping[str, Any]) -> None:
        """Change user data key by key, in one atomic step; None as a value removes the key.

        Never gives a new grant: the credential says nothing about the state. Concurrent updates
        of different keys both survive.
        """
        encoded = encode_values(changes)
        record, _ = self._live(credential)
        if not self.store.merge(digest(credential), encoded, self._max_data_bytes):
            raise self._rejected(Reason.UNKNOWN, record)

    def renew(
        self, renewal: str, subject: str | None = None, client: Client | None = None
    ) -> Grant:
        """Replace the session ID in one atomic step; the old one is refused from then on.

        With *subject*, at login, the session is bound to it and its absolute lifetime begins
        again. What belonged to another subject is ended, not handed over.
        """
        if subject is not None:
            subject = check_name(subject, "a subject")
        client_facts(client)
        now = self._now()
        record, _ = self._live(renewal, fresh=True)
        if subject is not None and record.subject not in (None, subject):
            self.revoke(renewal)
            return self.issue(subject, None, client)
        # The instant from before the session was found alive: a node that stood still since then
        # must not carry one past its end.
        fresh = self._begin(record.subject if subject is None else subject, {}, client, now)
        if record.subject is None:
            self._cap.before(subject)
        fresh = msgspec.structs.replace(
            fresh,
            handle=record.handle,
            created_at=record.created_at if subject is None else now,
            address=fresh.address or record.address,
            user_agent=fresh.user_agent or record.user_agent,
        )
        credential = new_id()
        expires_at = self.lifetimes.expires_at(fresh.created_at, now)
        if not self.store.replace(digest(renewal), digest(credential), fresh, expires_at):
            raise self._rejected(Reason.UNKNOWN, record)
        if record.subject is None:
            self._cap.after(fresh.subject, fresh.handle)
        emit(Event.RENEWED, subject=fresh.subject, handle=fresh.handle)
        return Grant(credential, expires_at, fresh.handle)

    def revoke(self, credential: str) -> Strength:
        """End this session. What is gone already is InvalidSession."""
        if not is_well_formed(credential):
            raise self._rejected(Reason.MALFORMED)
        record = self.store.delete(digest(credential))
        if record is None:
            raise self._rejected(Reason.UNKNOWN)
        emit(Event.REVOKED, subject=record.subject, handle=record.handle)
        return self.store.strength

    def revoke_entry(self, subject: str, handle: str) -> Strength | None:
        """End the session *handle* if it is *subject*'s; None if there is no such session."""
        subject = check_name(subject, "a subject")
        if not is_text(handle) or not self.store.delete_handle(subject, handle):
            return None
        emit(Event.REVOKED, subject=subject, handle=handle)
        return self.store.strength

    def revoke_all(self, subject: str, keep: str | None = None) -> Strength:
        """End every session of *subject*, but for the handle *keep*."""
        subject = check_name(subject, "a subject")
        if keep is not None:
            keep = check_name(keep, "keep", "give the handle of the session to keep")
        count = self.store.delete_subject(subject, keep)
        emit(Event.REVOKED, subject=subject, count=count)
        return self.store.strength

    def entries(self, subject: str) -> list[Record]:
        """The live sessions of *subject*, oldest first."""
        subject = check_name(subject, "a subject")
        now = self._now()
        live = [r for r in self.store.list_subject(subject) if self._ended(r, now) is None]
        return sorted(live, key=lambda record: (record.created_at, record.handle))

    def _begin(
        self, subject: str | None, data: Encoded, client: Client | None, now: float
    ) -> Record:
        address, user_agent = client_facts(client)
        return Record(new_handle(), subject, now, now, now, address, user_agent, data)

    def _live(self, credential: str, fresh: bool = False) -> tuple[Record, float]:
        if not is_well_formed(credential):
            raise self._rejected(Reason.MALFORMED)
        key = digest(credential)
        record = self.store.read(key, fresh)
        if record is None:
            raise self._rejected(Reason.UNKNOWN)
        now = self._now()
        ends_at = record.seen_at + self._inactivity_s
        if ends_at > record.created_at + self._absolute_s:
            ends_at = record.created_at + self._absolute_s
        if now >= ends_at:
            if not fresh:
                # Another node may have seen the session since this one last did.
                return self._live(credential, fresh=True)
            raise self._over(key, record, now)
        if now - record.seen_at >= self._touch_s:
            ends_at = self._touch(key, record, now, ends_at)
        return record, ends_at

    def _touch(self, key: bytes, record: Record, now: float, ends_at: float) -> float:
        """Note activity, and return when the session ends now.

        A store that is full or read only may still answer: who was let in by it stays in, to no
        later end than before.
        """
        later = self.lifetimes.expires_at(record.created_at, now)
        try:
            alive = self.store.touch(key, now, later)
        except self.outages as exc:
            emit(Event.UNTOUCHED, handle=record.handle, detail=type(exc).__name__)
            return ends_at
        if not alive:
            raise self._rejected(Reason.UNKNOWN, record)
        return later

    def _over(self, key: bytes, record: Record, now: float) -> InvalidSession:
        """The rejection of a session that has ended, which is cleared away."""
        reason = self._ended(record, now) or Reason.INACTIVE
        # Make it so before saying so: a touch that is still under way must not be able to bring
        # back what this caller is now told is over.
        self.store.delete(key)
        emit(Event.EXPIRED, subject=record.subject, handle=record.handle, reason=reason.value)
        return InvalidSession(reason)

    def _ended(self, record: Record, now: float) -> Reason | None:
        if now >= record.created_at + self._absolute_s:
            return Reason.EXPIRED
        if now >= record.seen_at + self._inactivity_s:
            return Reason.INACTIVE
        return None

    def _encoded(self, data: Mapping[str, Any]) -> Encoded:
        changes = encode_values(data)
        kept = {key: value for key, value in changes.items() if value is not None}
        if data_bytes(kept) > self._max_data_bytes:
            raise DataTooLarge(largest(kept), self._max_data_bytes)
        return kept

    def _rejected(self, reason: Reason, record: Record | None = None) -> InvalidSession:
        handle = None if record is None else record.handle
        emit(Event.REJECTED, reason=reason.value, handle=handle)
        return InvalidSession(reason)
