"""The high rate is what the generator keeps to: the highest that was calm when it was rehearsed."""

from __future__ import annotations

from bench.lookup.rates import CALM_CPU, highest_calm

RATES = [550.0, 700.0, 850.0, 1000.0]
CHEAP_S = 0.0001


def test_where_all_is_calm_it_is_what_was_aimed_at() -> None:
    assert highest_calm(RATES, [1.1, 1.3, 1.7, 2.4], CHEAP_S) == 1000.0


def test_where_the_queue_grows_it_is_the_last_before() -> None:
    assert highest_calm(RATES, [1.1, 1.9, 9.0, 60.0], CHEAP_S) == 700.0


def test_a_pause_on_the_way_says_nothing_of_what_came_after() -> None:
    assert highest_calm(RATES, [1.1, 14.0, 1.7, 2.4], CHEAP_S) == 1000.0


def test_a_generator_that_would_be_busy_is_asked_for_less() -> None:
    """Though nothing waited: in a longer block it would."""
    assert highest_calm(RATES, [0.2, 0.3, 0.4, 0.5], CALM_CPU / 800.0) == 700.0


def test_where_nothing_is_calm_it_is_the_lowest() -> None:
    assert highest_calm(RATES, [5.0, 9.0, 30.0, 60.0], CHEAP_S) == 550.0
