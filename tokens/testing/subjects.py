"""All families of a subject: what is listed, and what ends with whom."""

from __future__ import annotations

from ..stores.base import TokenStore
from .makers import LATER, a_key, a_record


class Subjects:
    """See `tokens.stores.base.TokenStore`."""

    def test_an_anonymous_family_is_listed_nowhere(self, store: TokenStore) -> None:
        """No subject means no entry in any index, not one under an empty name."""
        store.create(a_key(), a_record(subject=None), LATER)
        assert list(store.list_subject("")) == []
        assert list(store.list_subject("None")) == []

    def test_delete_handle_asks_whose_it_is(self, store: TokenStore) -> None:
        """A handle of somebody else's is not found."""
        key, record = a_key(), a_record(subject="alice")
        store.create(key, record, LATER)
        assert store.delete_handle("bob", record.handle) is False
        assert store.read(record.handle, key) is not None
        assert store.delete_handle("alice", record.handle) is True
        assert store.read(record.handle, key) is None

    def test_delete_subject_ends_all_but_one_and_no_one_elses(self, store: TokenStore) -> None:
        """The kept handle and other subjects' families live on."""
        kept, others = a_record(), a_record(subject="bob")
        store.create(a_key(), kept, LATER)
        store.create(a_key(), others, LATER)
        doomed = [a_record() for _ in range(3)]
        for record in doomed:
            store.create(a_key(), record, LATER)
        ended = store.delete_subject("alice", keep=kept.handle)
        assert sorted(ended) == sorted(record.handle for record in doomed)
        assert list(store.list_subject("alice")) == [kept]
        assert list(store.list_subject("bob")) == [others]
        assert list(store.delete_subject("alice")) == [kept.handle]

    def test_subjects_that_look_alike_are_strangers(self, store: TokenStore) -> None:
        """No subject's name is a pattern, a prefix or another case of somebody else's."""
        names = ["a", "a:", "a*", "A", "a%", "%", "*", "a b", "of:a"]
        for name in names:
            store.create(a_key(), a_record(subject=name), LATER)
        assert len(store.delete_subject("a*")) == 1
        assert len(store.delete_subject("%")) == 1
        left = [name for name in names if list(store.list_subject(name))]
        assert left == [name for name in names if name not in ("a*", "%")]

    def test_hostile_subjects_are_only_names(self, store: TokenStore) -> None:
        """A statement in a name is not run."""
        name = "x'; DROP TABLE families; --"
        store.create(a_key(), a_record(subject=name), LATER)
        assert len(store.delete_subject(name)) == 1
        store.create(a_key(), a_record(), LATER)
        assert len(store.list_subject("alice")) == 1
