"""All sessions of a subject: what is listed, and what ends with whom."""

from __future__ import annotations

from ..stores.base import SessionStore
from .makers import LATER, a_key, a_record


class Subjects:
    """See `sessions.stores.base.SessionStore`."""

    def test_an_anonymous_session_is_listed_nowhere(self, store: SessionStore) -> None:
        """No subject means no entry in any index, not one under an empty name."""
        store.create(a_key(), a_record(subject=None), LATER)
        assert list(store.list_subject("")) == []
        assert list(store.list_subject("None")) == []

    def test_replace_moves_the_session_between_indexes(self, store: SessionStore) -> None:
        """A session is listed under its present subject alone."""
        old, new = a_key(), a_key()
        store.create(old, a_record(subject="alice"), LATER)
        store.replace(old, new, a_record(subject="bob"), LATER)
        assert list(store.list_subject("alice")) == []
        assert len(store.list_subject("bob")) == 1

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
