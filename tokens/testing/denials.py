"""What was denied, for how long, and in which order others hear of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from ..stores.base import Cursor, TokenStore
from .makers import LATER, NOW, THREADS, at_once


class Denials:
    """See `tokens.stores.base.TokenStore`."""

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

    def test_a_cursor_of_another_life_starts_over(self, store: TokenStore) -> None:
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
