"""Operations at once: one after the other, in whichever order."""

from __future__ import annotations

from functools import partial

from ..stores.base import SessionStore
from .makers import LATER, LIMIT, NOW, THREADS, a_key, a_record, at_once


class Races:
    """See `sessions.stores.base.SessionStore`."""

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
