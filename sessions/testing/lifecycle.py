"""One session: what comes back of it, what changes it, and that the dead stay dead."""

from __future__ import annotations

from functools import partial

from ..errors import DataTooLarge
from ..record import Record
from ..stores.base import SessionStore
from .makers import LATER, LIMIT, NOW, a_key, a_record, at_once


class Lifecycle:
    """See `sessions.stores.base.SessionStore`."""

    def test_reads_back_what_was_created(self, store: SessionStore) -> None:
        """A record comes back whole, with its user data."""
        key, record = a_key(), a_record(cart=b"\x01", name=b"\x00\xff")
        store.create(key, record, LATER)
        assert store.read(key) == record

    def test_keeps_any_text_and_any_bytes(self, store: SessionStore) -> None:
        """Subjects, agents and data keys may be any Unicode; values any bytes."""
        key = a_key()
        record = Record(
            "h", "älice\n%s'\"{}\x00😀", NOW, NOW, NOW, "::1", "ü" * 256, {"k:😀 ": b"\x00"}
        )
        store.create(key, record, LATER)
        assert store.read(key) == record
        assert [found.subject for found in store.list_subject(record.subject or "")] == [
            record.subject
        ]

    def test_what_was_never_created_is_absent(self, store: SessionStore) -> None:
        """Reading, touching, merging, replacing and deleting find nothing, and make nothing."""
        key, other = a_key(), a_key()
        assert store.read(key) is None
        assert store.touch(key, NOW, LATER) is False
        assert store.merge(key, {"a": b"1"}, LIMIT) is False
        assert store.replace(key, other, a_record(), LATER) is False
        assert store.delete(key) is None
        assert store.delete_handle("alice", "no-such-handle") is False
        assert store.delete_subject("alice") == 0
        assert store.read(key) is None
        assert store.read(other) is None
        assert list(store.list_subject("alice")) == []

    def test_create_replaces_nothing(self, store: SessionStore) -> None:
        """A key that is taken keeps its record."""
        key, first = a_key(), a_record()
        store.create(key, first, LATER)
        store.create(key, a_record(subject="mallory"), LATER)
        assert store.read(key) == first

    def test_touch_moves_last_seen_forward_only(self, store: SessionStore) -> None:
        """Of two touches the later instant stays, in whichever order they come."""
        key = a_key()
        store.create(key, a_record(), LATER)
        assert store.touch(key, NOW + 20, LATER) is True
        assert store.touch(key, NOW + 10, LATER) is True
        record = store.read(key)
        assert record is not None
        assert record.seen_at == NOW + 20

    def test_merge_changes_only_the_keys_it_names(self, store: SessionStore) -> None:
        """One key is set, one removed, one left alone; removing what is not there is fine."""
        key = a_key()
        store.create(key, a_record(kept=b"1", changed=b"1", removed=b"1"), LATER)
        changes = {"changed": b"2", "removed": None, "added": b"3", "never-there": None}
        assert store.merge(key, changes, LIMIT) is True
        record = store.read(key)
        assert record is not None
        assert record.data == {"kept": b"1", "changed": b"2", "added": b"3"}

    def test_merge_past_the_limit_changes_nothing(self, store: SessionStore) -> None:
        """The limit counts the result, and the error names the key that weighs most."""
        key = a_key()
        store.create(key, a_record(kept=b"x" * (LIMIT // 2)), LATER)
        changes = {"small": b"1", "large": b"x" * (LIMIT // 2)}
        [error] = at_once(partial(store.merge, key, changes, LIMIT))
        assert isinstance(error, DataTooLarge)
        assert error.key == "large"
        record = store.read(key)
        assert record is not None
        assert set(record.data) == {"kept"}

    def test_merge_counts_a_replaced_value_once(self, store: SessionStore) -> None:
        """What is full may be replaced by as much."""
        key = a_key()
        full = b"x" * (LIMIT - len("full"))
        store.create(key, a_record(full=full), LATER)
        assert store.merge(key, {"full": full}, LIMIT) is True

    def test_replace_moves_the_session(self, store: SessionStore) -> None:
        """The old key is gone, the new one has the new record and the old data."""
        old, new = a_key(), a_key()
        store.create(old, a_record(subject=None, cart=b"1"), LATER)
        fresh = a_record(subject="alice", seen_at=NOW + 5)
        assert store.replace(old, new, fresh, LATER) is True
        assert store.read(old) is None
        record = store.read(new)
        assert record is not None
        assert (record.subject, record.handle, record.seen_at) == ("alice", fresh.handle, NOW + 5)
        assert record.data == {"cart": b"1"}
        assert [r.handle for r in store.list_subject("alice")] == [fresh.handle]

    def test_delete_gives_what_it_ended(self, store: SessionStore) -> None:
        """Deleting twice finds it once."""
        key, record = a_key(), a_record(cart=b"1")
        store.create(key, record, LATER)
        deleted = store.delete(key)
        assert deleted is not None
        assert (deleted.subject, deleted.handle) == (record.subject, record.handle)
        assert store.delete(key) is None
        assert store.read(key) is None
        assert list(store.list_subject("alice")) == []

    def test_the_dead_stay_dead(self, store: SessionStore) -> None:
        """No later write brings a deleted session back."""
        key = a_key()
        store.create(key, a_record(), LATER)
        store.delete(key)
        assert store.touch(key, NOW + 1, LATER) is False
        assert store.merge(key, {"a": b"1"}, LIMIT) is False
        assert store.replace(key, a_key(), a_record(), LATER) is False
        assert store.read(key) is None
        assert list(store.list_subject("alice")) == []

    def test_reap_leaves_what_is_not_due(self, store: SessionStore) -> None:
        """Clearing away takes nothing that has not reached its instant."""
        key = a_key()
        store.create(key, a_record(), LATER)
        store.reap(LATER - 1)
        assert store.read(key) is not None

    def test_ping_returns(self, store: SessionStore) -> None:
        """A store that is there says so by raising nothing."""
        store.ping()
