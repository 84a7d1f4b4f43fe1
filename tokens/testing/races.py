"""Operations at once: one after the other, in whichever order."""

from __future__ import annotations

from functools import partial

from ..record import Outcome
from ..stores.base import TokenStore
from .makers import LATER, NOW, THREADS, a_key, a_record, at_once, rotate


class Races:
    """See `tokens.stores.base.TokenStore`."""

    def test_of_concurrent_replacements_one_wins(self, store: TokenStore) -> None:
        """The others are given the winner's nonce, and so the same successor."""
        key, record = a_key(), a_record()
        store.create(key, record, LATER)
        nonces = [bytes([n]) * 16 for n in range(THREADS)]
        rotations = at_once(
            *(partial(rotate, store, record.handle, key, a_key(), n) for n in nonces)
        )
        outcomes = [rotation.outcome for rotation in rotations]
        assert outcomes.count(Outcome.ROTATED) == 1
        assert outcomes.count(Outcome.REPEATED) == THREADS - 1
        assert len({rotation.nonce for rotation in rotations}) == 1

    def test_no_write_outlives_a_concurrent_delete(self, store: TokenStore) -> None:
        """Whatever order merges and replacements come in, after a delete all is gone."""
        for _ in range(20):
            key, new, record = a_key(), a_key(), a_record()
            store.create(key, record, LATER)
            at_once(
                partial(store.merge, record.handle, b'{"a":1}', NOW - 1),
                partial(store.delete, record.handle),
                partial(rotate, store, record.handle, key, new),
            )
            assert store.read(record.handle, key) is None
            assert store.read(record.handle, new) is None
            assert list(store.list_subject("alice")) == []

    def test_a_family_cannot_escape_delete_subject_by_rotating(self, store: TokenStore) -> None:
        """A rotation that races the end of all families does not save one."""
        for _ in range(20):
            key, new, record = a_key(), a_key(), a_record()
            store.create(key, record, LATER)
            at_once(
                partial(rotate, store, record.handle, key, new),
                partial(store.delete_subject, "alice"),
            )
            assert store.read(record.handle, key) is None
            assert store.read(record.handle, new) is None
