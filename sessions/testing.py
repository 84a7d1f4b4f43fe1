"""The contract of a session store, as tests: subclass it, give it a store, and it is tested.

    class TestMyStore(SessionStoreContract):
        @pytest.fixture
        def store(self):
            store = MyStore(...)
            yield store
            store.close()

Needs nothing but a test runner that collects `Test*` classes and passes fixtures by name. The
instants lie in the future, so that a store with a clock of its own clears nothing away meanwhile.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from .errors import DataTooLarge
from .identifiers import digest, new_handle, new_id
from .record import Record
from .stores.base import SessionStore

NOW = float(int(time.time()))
LATER = NOW + 3600
LIMIT = 1000
THREADS = 8


def a_record(subject: str | None = "alice", seen_at: float = NOW, **data: bytes) -> Record:
    """A record with a fresh handle."""
    return Record(new_handle(), subject, NOW, seen_at, NOW, "192.0.2.1", "Agent/1.0", data)


def a_key() -> bytes:
    """A fresh key, such as `digest` gives."""
    return digest(new_id())


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each of *calls* gives, or the exception it raises, all started together."""
    barrier = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(index: int, call: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[index] = call()
        except Exception as exc:  # the caller asserts on it
            results[index] = exc

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


class SessionStoreContract:
    """What every session store promises; see `sessions.stores.base.SessionStore`."""

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

    def test_an_anonymous_session_is_listed_nowhere(self, store: SessionStore) -> None:
        """No subject means no entry in any index, not one under an empty name."""
        store.create(a_key(), a_record(subject=None), LATER)
        assert list(store.list_subject("")) == []
        assert list(store.list_subject("None")) == []

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

    def test_replace_moves_the_session_between_indexes(self, store: SessionStore) -> None:
        """A session is listed under its present subject alone."""
        old, new = a_key(), a_key()
        store.create(old, a_record(subject="alice"), LATER)
        store.replace(old, new, a_record(subject="bob"), LATER)
        assert list(store.list_subject("alice")) == []
        assert len(store.list_subject("bob")) == 1

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

    def test_delete_handle_asks_whose_it_is(self, store: SessionStore) -> None:
        """A handle of somebody else's is not found."""
        key, record = a_key(), a_record(subject="alice")
        store.create(key, record, LATER)
        assert store.delete_handle("bob", record.handle) is False
        assert store.read(key) is not None
        assert store.delete_handle("alice", record.handle) is True
        assert store.read(key) is None

    def test_delete_subject_ends_all_but_one_and_no_one_elses(self, store: SessionStore) -> None:
        """The kept handle and other subjects' sessions live on."""
        kept, others = a_record(), a_record(subject="bob")
        kept_key, other_key = a_key(), a_key()
        store.create(kept_key, kept, LATER)
        store.create(other_key, others, LATER)
        doomed = [a_key() for _ in range(3)]
        for key in doomed:
            store.create(key, a_record(), LATER)
        assert store.delete_subject("alice", keep=kept.handle) == 3
        assert [store.read(key) for key in doomed] == [None] * 3
        assert store.read(kept_key) is not None
        assert store.read(other_key) is not None
        assert store.delete_subject("alice") == 1
        assert list(store.list_subject("alice")) == []

    def test_subjects_that_look_alike_are_strangers(self, store: SessionStore) -> None:
        """No subject's name is a pattern, a prefix or another case of somebody else's."""
        names = ["a", "a:", "a*", "A", "a%", "%", "*", "a b", "of:a"]
        for name in names:
            store.create(a_key(), a_record(subject=name), LATER)
        assert store.delete_subject("a*") == 1
        assert store.delete_subject("%") == 1
        left = [name for name in names if list(store.list_subject(name))]
        assert left == [name for name in names if name not in ("a*", "%")]

    def test_hostile_subjects_are_only_names(self, store: SessionStore) -> None:
        """A statement in a name is not run."""
        name = "x'; DROP TABLE sessions; --"
        store.create(a_key(), a_record(subject=name), LATER)
        assert store.delete_subject(name) == 1
        store.create(a_key(), a_record(), LATER)
        assert len(store.list_subject("alice")) == 1

    def test_reap_leaves_what_is_not_due(self, store: SessionStore) -> None:
        """Clearing away takes nothing that has not reached its instant."""
        key = a_key()
        store.create(key, a_record(), LATER)
        store.reap(LATER - 1)
        assert store.read(key) is not None

    def test_of_concurrent_replacements_one_wins(self, store: SessionStore) -> None:
        """One successor exists afterwards, and the index lists it alone."""
        old, keys = a_key(), [a_key() for _ in range(THREADS)]
        store.create(old, a_record(), LATER)
        won = at_once(*(partial(store.replace, old, k, a_record(), LATER) for k in keys))
        assert sorted(won) == [False] * (THREADS - 1) + [True]
        assert sum(store.read(key) is not None for key in keys) == 1
        assert len(store.list_subject("alice")) == 1

    def test_concurrent_merges_of_different_keys_all_survive(self, store: SessionStore) -> None:
        """No update is lost."""
        key, names = a_key(), [f"key-{n}" for n in range(THREADS)]
        store.create(key, a_record(), LATER)
        done = at_once(*(partial(store.merge, key, {n: b"1"}, LIMIT) for n in names))
        assert done == [True] * THREADS
        record = store.read(key)
        assert record is not None
        assert set(record.data) == set(names)

    def test_no_write_outlives_a_concurrent_delete(self, store: SessionStore) -> None:
        """Whatever order touches, merges and replacements come in, after a delete all is gone."""
        for _ in range(20):
            key, new = a_key(), a_key()
            store.create(key, a_record(), LATER)
            at_once(
                partial(store.touch, key, NOW + 1, LATER),
                partial(store.merge, key, {"a": b"1"}, LIMIT),
                partial(store.delete, key),
                partial(store.replace, key, new, a_record(), LATER),
            )
            assert store.read(key) is None
            store.delete_subject("alice")
            assert store.read(new) is None
            assert list(store.list_subject("alice")) == []

    def test_a_session_cannot_escape_delete_subject_by_moving(self, store: SessionStore) -> None:
        """A replacement that races the end of all sessions does not save one."""
        for _ in range(20):
            old, new = a_key(), a_key()
            store.create(old, a_record(), LATER)
            at_once(
                partial(store.replace, old, new, a_record(), LATER),
                partial(store.delete_subject, "alice"),
            )
            assert store.read(old) is None
            assert store.read(new) is None

    def test_ping_returns(self, store: SessionStore) -> None:
        """A store that is there says so by raising nothing."""
        store.ping()
