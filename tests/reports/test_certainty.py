"""What counts as a difference: twice the noise of its kind, and an interval without zero."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reports.certainty import told_apart
from reports.results import Results
from reports.rows import Row


@pytest.mark.parametrize(
    ("value", "low", "high", "noise", "told"),
    [
        (10.0, 9.0, 11.0, 4.9, True),
        (-10.0, -11.0, -9.0, 4.9, True),
        (10.0, 9.0, 11.0, 5.1, False),
        (10.0, -1.0, 21.0, 0.1, False),
        (10.0, None, None, 0.1, False),
    ],
)
def test_told_apart_takes_twice_the_noise_and_an_interval_without_zero(
    value: float, low: float | None, high: float | None, noise: float, told: bool
) -> None:
    """Each of the two conditions alone is not enough."""
    effect = Row("r", "lookup", "x", "auth_us_difference_p50", "us", value, low, high)
    floor = Row("r", "calibration", "control-again", "aa_noise_us", "us", noise)
    assert told_apart(effect, floor) is told


def test_told_apart_knows_milliseconds() -> None:
    """Noise is in microseconds, end-to-end costs are not."""
    effect = Row("r", "lookup", "x", "request_ms_cost_p50", "ms", 0.1, 0.09, 0.11)
    floor = Row("r", "calibration", "control-again", "aa_noise_us", "us", 20.0)
    assert told_apart(effect, floor)


def test_the_floor_of_arms_that_ask_a_store_is_held_against_a_session(results: Results) -> None:
    """The two controls ask none, so they agree better than any session can."""
    plain = results.noise_us("span")
    assert plain is not None
    assert results.floor_us("span", "token-bearer-hs256-expiry") == plain
    stored = Row("r", "calibration", "x-again", "aa_noise_store_us", "us", 9.0, note="layer=span")
    with_pair = replace(results, rows=(*results.rows, stored))
    assert with_pair.floor_us("span", "token-bearer-hs256-expiry") == plain
    assert with_pair.floor_us("span", "session-cookie-redis") == stored
    smaller = replace(results, rows=(*results.rows, replace(stored, value=plain.value / 2)))
    assert smaller.floor_us("span", "session-cookie-redis") == plain
