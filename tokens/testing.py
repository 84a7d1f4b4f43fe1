"""The contract of a token store, as tests: subclass it, give it a store, and it is tested.

    class TestMyStore(TokenStoreContract):
        @pytest.fixture
        def store(self):
            store = MyStore(...)
            yield store
            store.close()

Needs nothing but a test runner that collects `Test*` classes and passes fixtures by name. The
instants lie in the future, so that a store with a clock of its own clears nothing away meanwhile.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from .record import Outcome, Record, Rotation
from .stores.base import Cursor, TokenStore

NOW = float(int(time.time()))
LATER = NOW + 3600
GRACE_SINCE = NOW - 10
THREADS = 8


def a_record(subject: str | None = "alice", data: bytes = b"{}") -> Record:
    """A record with a fresh handle."""
    return Record(secrets.token_urlsafe(12), subject, NOW, NOW, "192.0.2.1", "Agent/1.0", data)


def a_key() -> bytes:
    """A fresh key, such as `digest` gives."""
    return secrets.token_bytes(32)


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


class TokenStoreContract:
    """What every token store promises; see `tokens.stores.base.TokenStore`."""

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

    def test_an_anonymous_family_is_listed_nowhere(self, store: TokenStore) -> None:
        """No subject means no entry in any index, not one under an empty name."""
        store.create(a_key(), a_record(subject=None), LATER)
        assert list(store.list_subject("")) == []
        assert list(store.list_subject("None")) == []

    def test_what_was_never_created_is_absent(self, store: TokenStore) -> None:
        """Reading, merging, replacing and deleting find nothing, and make nothing."""
        key, other = a_key(), a_key()
        assert store.read("none", key) is None
        assert store.merge("none", b"{}") is False
        assert self.replace(store, "none", key, other).outcome is Outcome.ABSENT
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
        assert self.replace(store, other.handle, key, a_key()).outcome is Outcome.ABSENT
        assert store.delete(other.handle) is not None

    def test_merge_keeps_the_later_data(self, store: TokenStore) -> None:
        """The data is replaced whole."""
        key, record = a_key(), a_record(data=b'{"a":1}')
        store.create(key, record, LATER)
        assert store.merge(record.handle, b'{"b":2}') is True
        found = store.read(record.handle, key)
        assert found is not None
        assert found.data == b'{"b":2}'

    def test_replace_spends_a_key_and_makes_the_next_current(self, store: TokenStore) -> None:
        """Both still name the family; the record shows when it was refreshed."""
        key, new, record = a_key(), a_key(), a_record()
        store.create(key, record, LATER)
        rotation = self.replace(store, record.handle, key, new, nonce=b"first", seen_at=NOW + 5)
        assert rotation == Rotation(Outcome.ROTATED, b"first")
        for each in (key, new):
            found = store.read(record.handle, each)
            assert found is not None
            assert found.seen_at == NOW + 5

    def test_replace_repeats_within_the_grace_period(self, store: TokenStore) -> None:
        """A key spent a moment ago gives the nonce of then, and changes nothing."""
        key, new, record = a_key(), a_key(), a_record()
        store.create(key, record, LATER)
        self.replace(store, record.handle, key, new, nonce=b"first\x00 \xff", seen_at=NOW + 5)
        again = self.replace(
            store, record.handle, key, a_key(), nonce=b"second", grace_since=NOW + 5
        )
        assert again == Rotation(Outcome.REPEATED, b"first\x00 \xff")
        assert self.replace(store, record.handle, new, a_key()).outcome is Outcome.ROTATED

    def test_reuse_after_the_grace_period_ends_the_family(self, store: TokenStore) -> None:
        """The successor dies with it, and it leaves the index in the same step."""
        key, new, record = a_key(), a_key(), a_record()
        store.create(key, record, LATER)
        self.replace(store, record.handle, key, new, seen_at=NOW)
        reuse = self.replace(store, record.handle, key, a_key(), grace_since=NOW + 1)
        assert reuse == Rotation(Outcome.REUSED, b"nonce", NOW, new)
        assert store.read(record.handle, new) is None
        assert self.replace(store, record.handle, new, a_key()).outcome is Outcome.ABSENT
        assert list(store.list_subject("alice")) == []

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
        assert store.merge(record.handle, b"{}") is False
        assert self.replace(store, record.handle, key, a_key()).outcome is Outcome.ABSENT
        assert store.read(record.handle, key) is None
        assert list(store.list_subject("alice")) == []

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

    def test_denies_what_was_named_and_nothing_else(self, store: TokenStore) -> None:
        """Twice is as good as once; a name is not a pattern; no names is no change."""
        store.deny(["https://issuer family", "other"], LATER)
        store.deny(["other"], LATER)
        store.deny([], LATER)
        assert store.is_denied("https://issuer family") is True
        assert store.is_denied("other") is True
        assert store.is_denied("oth*") is False
        assert store.is_denied("") is False

    def test_a_denial_is_never_shortened(self, store: TokenStore) -> None:
        """A second denial that ends sooner leaves the first as it is."""
        store.deny(["family"], LATER)
        store.deny(["family"], NOW - 3600)
        store.reap(NOW)
        assert store.is_denied("family") is True

    def test_denials_are_told_in_their_order(self, store: TokenStore) -> None:
        """Each once, with its instant; from a cursor on, only what came after it."""
        store.deny(["first", "second"], LATER)
        changes = store.denied_since(None)
        assert changes.denials == [("first", LATER), ("second", LATER)]
        store.deny(["third"], LATER + 0.25)
        later = store.denied_since(changes.cursor)
        assert later.denials == [("third", LATER + 0.25)]
        assert later.cursor.sequence > changes.cursor.sequence
        assert store.denied_since(later.cursor).denials == []
        assert store.denied_since(later.cursor).cursor == later.cursor

    def test_denials_are_told_page_by_page(self, store: TokenStore) -> None:
        """A page is never longer than its limit, and the next one begins where it ended."""
        names = [f"family-{n}" for n in range(7)]
        store.deny(names, LATER)
        told: list[str] = []
        cursor = None
        for _ in range(10):
            changes = store.denied_since(cursor, limit=3)
            assert len(changes.denials) <= 3
            told += [name for name, _ in changes.denials]
            cursor = changes.cursor
            if not changes.more:
                break
        assert told == names

    def test_only_a_longer_denial_is_told_again(self, store: TokenStore) -> None:
        """Who follows must learn of the later instant, and need not hear the same twice."""
        store.deny(["family", "another"], LATER)
        cursor = store.denied_since(None).cursor
        store.deny(["family"], LATER)
        store.deny(["family"], LATER - 60)
        assert store.denied_since(cursor).denials == []
        store.deny(["family"], LATER + 60)
        assert store.denied_since(cursor).denials == [("family", LATER + 60)]

    def test_a_cursor_of_another_life_begins_anew(self, store: TokenStore) -> None:
        """A store that lost its data, or may have, is read from the first denial on."""
        store.deny(["family"], LATER)
        changes = store.denied_since(Cursor("another life", 2**40))
        assert changes.denials == [("family", LATER)]
        assert changes.cursor == store.denied_since(None).cursor

    def test_no_denial_is_missed_by_who_follows(self, store: TokenStore) -> None:
        """Writers at once, and a reader that goes on from its last cursor: it hears of all."""
        names = [[f"{writer}-{n}" for n in range(25)] for writer in range(THREADS)]
        told: list[str] = []
        cursors: list[Cursor | None] = [None]

        def write(own: list[str]) -> None:
            for name in own:
                store.deny([name], LATER)

        def follow() -> None:
            changes = store.denied_since(cursors[-1], limit=7)
            told.extend(name for name, _ in changes.denials)
            cursors.append(changes.cursor)

        def follow_for_long() -> None:
            for _ in range(300):
                follow()

        assert at_once(*(partial(write, own) for own in names), follow_for_long)[-1] is None
        for _ in range(THREADS * 25):
            follow()
        assert told == [name for name, _ in store.denied_since(None).denials]
        assert sorted(told) == sorted(name for own in names for name in own)

    def test_a_listener_hears_of_a_denial(self, store: TokenStore) -> None:
        """From the moment it listens on, from any thread; and nothing while nothing happens."""
        store.deny(["before"], LATER)
        listener = store.listen()
        if listener is None:
            return
        assert listener.confirm() is False
        assert listener.wait(0.01) is False
        began = time.monotonic()
        for n in range(20):  # so that in one of them the wait begins first
            deny: Callable[[], object] = partial(store.deny, [f"family-{n}"], LATER)
            wait: Callable[[], object] = partial(listener.wait, 9)
            calls, expected = (
                ((deny, wait), [None, True]) if n % 2 else ((wait, deny), [True, None])
            )
            assert at_once(*calls) == expected
        assert time.monotonic() - began < 8  # told, and not found at the end of the wait
        assert listener.confirm() is False
        store.deny(["another"], LATER)
        assert listener.confirm() is True
        listener.close()

    def test_a_counter_begins_where_it_is_told_and_only_grows(self, store: TokenStore) -> None:
        """Step zero looks; the first value is given once; counters are strangers to each other."""
        assert store.standing("name", "counter") == (False, None)
        assert store.advance("counter", 3, 2**40, LATER) == 2**40
        assert store.advance("counter", 0, 5, LATER) == 2**40
        assert store.advance("counter", 3, 5, LATER) == 2**40 + 3
        assert store.advance("counter*", 1, 0, LATER) == 0
        assert store.standing("name", "counter") == (False, 2**40 + 3)

    def test_standing_is_both_answers_at_once(self, store: TokenStore) -> None:
        """A denial and a counter, either of which may be missing."""
        store.deny(["name"], LATER)
        assert store.standing("name", "counter") == (True, None)
        store.advance("counter", 1, 0, LATER)
        assert store.standing("name", "counter") == (True, 0)
        assert store.standing("other", "counter") == (False, 0)

    def test_no_value_of_a_counter_is_given_twice(self, store: TokenStore) -> None:
        """Each of many advances at once has its effect."""
        calls = [partial(store.advance, "counter", 1, 0, LATER)] * (4 * THREADS)
        assert sorted(at_once(*calls)) == list(range(4 * THREADS))

    def test_a_counter_is_kept_for_the_longest_it_was_asked_to(self, store: TokenStore) -> None:
        """A later call that needs it less long does not shorten its life."""
        store.advance("counter", 1, 7, LATER)
        store.advance("counter", 0, 0, NOW - 3600)
        store.reap(NOW)
        assert store.standing("", "counter") == (False, 7)

    def test_reap_leaves_what_is_not_due(self, store: TokenStore) -> None:
        """Clearing away takes nothing that has not reached its instant."""
        key, record = a_key(), a_record()
        store.create(key, record, LATER)
        store.deny(["family"], LATER)
        store.reap(LATER - 1)
        assert store.read(record.handle, key) is not None
        assert store.is_denied("family") is True

    def test_of_concurrent_replacements_one_wins(self, store: TokenStore) -> None:
        """The others are given the winner's nonce, and so the same successor."""
        key, record = a_key(), a_record()
        store.create(key, record, LATER)
        nonces = [bytes([n]) * 16 for n in range(THREADS)]
        rotations = at_once(
            *(partial(self.replace, store, record.handle, key, a_key(), n) for n in nonces)
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
                partial(store.merge, record.handle, b'{"a":1}'),
                partial(store.delete, record.handle),
                partial(self.replace, store, record.handle, key, new),
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
                partial(self.replace, store, record.handle, key, new),
                partial(store.delete_subject, "alice"),
            )
            assert store.read(record.handle, key) is None
            assert store.read(record.handle, new) is None

    def test_ping_returns(self, store: TokenStore) -> None:
        """A store that is there says so by raising nothing."""
        store.ping()

    @staticmethod
    def replace(
        store: TokenStore,
        handle: str,
        key: bytes,
        new_key: bytes,
        nonce: bytes = b"nonce",
        seen_at: float = NOW,
        grace_since: float = GRACE_SINCE,
    ) -> Rotation:
        """Rotate with what a test does not care about filled in."""
        return store.replace(handle, key, new_key, nonce, seen_at, LATER, grace_since)
