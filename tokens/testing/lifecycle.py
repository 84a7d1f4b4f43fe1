"""One family: what comes back of it, what changes it, and that the dead stay dead."""

from __future__ import annotations

from ..record import Outcome, Record, Rotation
from ..stores.base import SPENT_KEPT, TokenStore
from .makers import LATER, NOW, a_key, a_record, rotate


class Lifecycle:
    """See `tokens.stores.base.TokenStore`."""

    def test_reads_back_what_was_created(self, store: TokenStore) -> None:
        """A record comes back whole, with its user data."""
        key, record = a_key(), a_record(data=b'{"cart":1}')
        store.create(key, record, LATER)
        assert store.read(record.handle, key) == record

    def test_keeps_any_text_and_any_bytes(self, store: TokenStore) -> None:
        """Subjects and agents may be any Unicode; keys and data any bytes."""
        key = b"\x00 \n" + bytes(range(29))
        record = Record("h", "älice\n%s'\"{}\x00😀", NOW, NOW, "::1", "ü" * 256, b'"\x00\xff"')
        store.create(key, record, LATER)
        assert store.read("h", key) == record
        assert list(store.list_subject(record.subject or "")) == [record]

    def test_what_was_never_created_is_absent(self, store: TokenStore) -> None:
        """Reading, merging, replacing and deleting find nothing, and make nothing."""
        key, other = a_key(), a_key()
        assert store.read("none", key) is None
        assert store.merge("none", b"{}", NOW - 1) is False
        assert rotate(store, "none", key, other).outcome is Outcome.ABSENT
        assert store.delete("none") is None
        assert store.delete_handle("alice", "none") is False
        assert list(store.delete_subject("alice")) == []
        assert store.read("none", other) is None
        assert list(store.list_subject("alice")) == []
        assert store.is_denied("none") is False

    def test_create_replaces_nothing(self, store: TokenStore) -> None:
        """A handle that is taken keeps its record."""
        key, first = a_key(), a_record()
        store.create(key, first, LATER)
        taken = Record(first.handle, "mallory", NOW, NOW)
        store.create(a_key(), taken, LATER)
        assert store.read(first.handle, key) == first
        assert list(store.list_subject("mallory")) == []

    def test_a_key_opens_its_own_family_alone(self, store: TokenStore) -> None:
        """A handle is public: with another family's key, or none that was issued, it is nothing."""
        key, first, other = a_key(), a_record(), a_record()
        store.create(key, first, LATER)
        store.create(a_key(), other, LATER)
        assert store.read(other.handle, key) is None
        assert rotate(store, other.handle, key, a_key()).outcome is Outcome.ABSENT
        assert store.delete(other.handle) is not None

    def test_merge_keeps_the_later_data(self, store: TokenStore) -> None:
        """The data is replaced whole."""
        key, record = a_key(), a_record(data=b'{"a":1}')
        store.create(key, record, LATER)
        assert store.merge(record.handle, b'{"b":2}', NOW - 1) is True
        found = store.read(record.handle, key)
        assert found is not None
        assert found.data == b'{"b":2}'

    def test_merge_asks_when_the_family_was_last_refreshed(self, store: TokenStore) -> None:
        """Not since *seen_after*, to its very instant: it is over, though it is still there."""
        key, new, record = a_key(), a_key(), a_record(data=b'{"a":1}')
        store.create(key, record, LATER)
        assert store.merge(record.handle, b'{"b":2}', NOW) is False
        assert store.read(record.handle, key) == record
        assert store.merge(record.handle, b'{"b":2}', NOW - 0.001) is True
        rotate(store, record.handle, key, new, seen_at=NOW + 5)
        assert store.merge(record.handle, b'{"c":3}', NOW + 4.999) is True
        assert store.merge(record.handle, b'{"d":4}', NOW + 5) is False
        found = store.read(record.handle, new)
        assert found is not None
        assert found.data == b'{"c":3}'

    def test_replace_spends_a_key_and_makes_the_next_current(self, store: TokenStore) -> None:
        """Both still name the family; the record shows when it was refreshed."""
        key, new, record = a_key(), a_key(), a_record()
        store.create(key, record, LATER)
        rotation = rotate(store, record.handle, key, new, nonce=b"first", seen_at=NOW + 5)
        assert rotation == Rotation(Outcome.ROTATED, b"first")
        for each in (key, new):
            found = store.read(record.handle, each)
            assert found is not None
            assert found.seen_at == NOW + 5

    def test_replace_repeats_within_the_grace_period(self, store: TokenStore) -> None:
        """A key spent a moment ago gives the nonce of then, and changes nothing."""
        key, new, record = a_key(), a_key(), a_record()
        store.create(key, record, LATER)
        rotate(store, record.handle, key, new, nonce=b"first\x00 \xff", seen_at=NOW + 5)
        again = rotate(store, record.handle, key, a_key(), nonce=b"second", grace_since=NOW + 5)
        assert again == Rotation(Outcome.REPEATED, b"first\x00 \xff")
        assert rotate(store, record.handle, new, a_key()).outcome is Outcome.ROTATED

    def test_reuse_after_the_grace_period_ends_the_family(self, store: TokenStore) -> None:
        """The successor dies with it, and it leaves the index in the same step."""
        key, new, record = a_key(), a_key(), a_record()
        store.create(key, record, LATER)
        rotate(store, record.handle, key, new, seen_at=NOW)
        reuse = rotate(store, record.handle, key, a_key(), grace_since=NOW + 1)
        assert reuse == Rotation(Outcome.REUSED, b"nonce", NOW, new)
        assert store.read(record.handle, new) is None
        assert rotate(store, record.handle, new, a_key()).outcome is Outcome.ABSENT
        assert list(store.list_subject("alice")) == []

    def test_a_key_spent_long_ago_ends_the_family(self, store: TokenStore) -> None:
        """It is known by its lineage, though few spent keys are kept; a made-up one is nothing."""
        first, record = a_key(), a_record()
        store.create(first, record, LATER)
        key = first
        for n in range(SPENT_KEPT + 2):
            new = a_key(of=first)
            rotation = rotate(store, record.handle, key, new, seen_at=NOW + n)
            assert rotation.outcome is Outcome.ROTATED
            key = new
        assert store.read(record.handle, first) is not None
        assert store.read(record.handle, a_key()) is None
        assert rotate(store, record.handle, a_key(), a_key()).outcome is Outcome.ABSENT
        reuse = rotate(store, record.handle, first, a_key(of=first))
        assert (reuse.outcome, reuse.current) == (Outcome.REUSED, key)
        assert store.read(record.handle, key) is None

    def test_delete_gives_what_it_ended(self, store: TokenStore) -> None:
        """Deleting twice finds it once."""
        key, record = a_key(), a_record()
        store.create(key, record, LATER)
        assert store.delete(record.handle) == record
        assert store.delete(record.handle) is None
        assert store.read(record.handle, key) is None
        assert list(store.list_subject("alice")) == []

    def test_the_dead_stay_dead(self, store: TokenStore) -> None:
        """No later write brings an ended family back."""
        key, record = a_key(), a_record()
        store.create(key, record, LATER)
        store.delete(record.handle)
        assert store.merge(record.handle, b"{}", NOW - 1) is False
        assert rotate(store, record.handle, key, a_key()).outcome is Outcome.ABSENT
        assert store.read(record.handle, key) is None
        assert list(store.list_subject("alice")) == []

    def test_reap_leaves_what_is_not_due(self, store: TokenStore) -> None:
        """Clearing away takes nothing that has not reached its instant."""
        key, record = a_key(), a_record()
        store.create(key, record, LATER)
        store.deny(["family"], LATER)
        store.reap(LATER - 1)
        assert store.read(record.handle, key) is not None
        assert store.is_denied("family") is True

    def test_ping_returns(self, store: TokenStore) -> None:
        """A store that is there says so by raising nothing."""
        store.ping()
