"""Numbers that only grow, and are read beside a denial."""

from __future__ import annotations

from ..stores.base import TokenStore
from .makers import LATER, NOW, THREADS, at_once


class Counters:
    """See `tokens.stores.base.TokenStore`."""

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

        def several() -> list[int]:
            return [store.advance("counter", 1, 0, LATER) for _ in range(4)]

        given = [value for values in at_once(*[several] * THREADS) for value in values]
        assert sorted(given) == list(range(4 * THREADS))

    def test_a_counter_is_kept_for_the_longest_it_was_asked_to(self, store: TokenStore) -> None:
        """A later call that needs it less long does not shorten its life."""
        store.advance("counter", 1, 7, LATER)
        store.advance("counter", 0, 0, NOW - 3600)
        store.reap(NOW)
        assert store.standing("", "counter") == (False, 7)
