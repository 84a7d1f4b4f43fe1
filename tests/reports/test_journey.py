"""What a login costs over its life: prices are recovered, add up, and are held to journeys."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audit.measures.journey import found as recompute
from audit.raw import read
from reports import theme
from reports.charts import CHARTS
from reports.loading import load
from reports.measures.life import Use, first_after, weights
from reports.results import Results, evaluate
from reports.rows import Row

from . import lives, synthetic
from .lives import PRICES_US, SESSION, TOKEN

EMPTY = synthetic.Shape(measures=())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = synthetic.write(tmp_path_factory.mktemp("runs") / "journey", shape=EMPTY)
    lives.write(made)
    return made


@pytest.fixture(scope="module")
def known(folder: Path) -> Results:
    return evaluate(load(folder))


def one(results: Results, metric: str, scheme: str, **wanted: str | float) -> Row:
    found = results.find(metric, scheme, **wanted)
    assert found is not None, (metric, scheme, wanted)
    return found


@pytest.mark.parametrize("scheme", [SESSION, TOKEN])
def test_prices_are_recovered_whatever_else_the_machine_did(known: Results, scheme: str) -> None:
    """Three pairs of forty met a burst of 5 ms, and two rounds of six were slow."""
    for event, price in PRICES_US[scheme].items():
        row = one(known, "journey_cpu_us", scheme, event=event)
        assert row.value == pytest.approx(price, abs=4.0), event
        assert row.ci_low is not None
        assert row.ci_high is not None
        assert row.ci_low <= row.value <= row.ci_high
        assert row.ci_high - row.ci_low < 0.05 * price
        in_store = one(known, "journey_store_us", scheme, event=event)
        assert in_store.value == pytest.approx(price / 4, rel=0.01)
        assert one(known, "journey_store_operations", scheme, event=event).value == 2.0
        assert one(known, "journey_bytes_up", scheme, event=event).value == 400.0


def test_what_is_bare_is_told(known: Results) -> None:
    assert one(known, "journey_bare_us", "control", event="check").value == pytest.approx(
        300, abs=2
    )
    assert one(known, "journey_bare_us", "control", event="login").value == pytest.approx(
        1000, abs=2
    )


def simulated_share(requests: float, per_login: float) -> float:
    """Simulate it: a login of so many requests, and an interval with so many, on average."""
    rng = np.random.default_rng(2)
    firsts = total = 0
    for _ in range(1_500):
        age = 0.0
        while True:
            age += rng.exponential(1 / requests)
            total += 1
            if age >= 1.0:
                firsts, age = firsts + 1, 0.0
            if rng.random() < 1 / per_login:
                break
    return firsts / total


@pytest.mark.parametrize(("requests", "per_login"), [(0.3, 5.0), (2.0, 20.0), (10.0, 100.0)])
def test_how_often_a_request_is_the_first_after_an_interval(
    requests: float, per_login: float
) -> None:
    """The formula and 1,500 simulated logins agree."""
    simulated = simulated_share(requests, per_login)
    assert first_after(requests, per_login) == pytest.approx(simulated, rel=0.08)


def test_events_of_a_life_add_up() -> None:
    """Every request is one of check, touch and update."""
    for token in (False, True):
        shares = weights(Use(30.0, 300.0), token=token)
        asked = shares["check"] + shares["update"] + shares.get("touch", 0.0)
        assert asked == pytest.approx(1.0)
    ahead = weights(Use(900.0, 300.0, ahead=True), token=True)
    assert ahead["renewal"] == pytest.approx(3.0)


@pytest.mark.parametrize("token_s", [60.0, 300.0, 3600.0])
def test_session_and_token_cross_where_they_should(known: Results, token_s: float) -> None:
    """At so many seconds between two requests, and so many requests a token."""
    row = one(known, "journey_even_every_s", TOKEN, less=SESSION, lifetime_s=token_s)
    assert row.value == pytest.approx(lives.crossing_s(token_s), rel=0.08)
    assert row.ci_low is not None
    assert row.ci_high is not None
    assert row.ci_low <= row.value <= row.ci_high
    requests = one(known, "journey_even_requests", TOKEN, less=SESSION, lifetime_s=token_s)
    assert requests.value == pytest.approx(token_s / row.value)


def test_whole_journeys_are_foretold(known: Results) -> None:
    """Of journeys that cost what the prices say, within the limit; and the pace is found again."""
    worst = one(
        known, "journey_error_percent_worst", known.of("journey_error_percent_worst")[0].scheme
    )
    assert worst.n == 3
    assert worst.value < 5
    for row in known.of("journey_pace"):
        assert row.value == pytest.approx(lives.PACE, rel=0.02)


def test_a_journey_that_costs_more_is_not(tmp_path: Path) -> None:
    """A fifth more than the prices say is an error of a sixth."""
    folder = synthetic.write(tmp_path / "run", shape=EMPTY)
    lives.write(folder, off=1.2)
    (worst,) = evaluate(load(folder)).of("journey_error_percent_worst")
    assert worst.value == pytest.approx(100 * (1 - 1 / 1.2), abs=4)


def test_what_is_not_foretold_is_rough(tmp_path: Path, known: Results) -> None:
    """More than a tenth off: what the prices add up to is rough, and the prices are not."""
    folder = synthetic.write(tmp_path / "run", shape=EMPTY)
    lives.write(folder, off=1.3)
    results = evaluate(load(folder))
    row = one(results, "journey_request_us", TOKEN, lifetime_s=300.0, every_s=60.0)
    assert row.validity == "rough"
    assert "a whole journey under" in row.reason
    assert one(results, "journey_cpu_us", TOKEN, event="check").validity == "sound"
    assert {row.validity for row in known.rows} == {"sound"}


def test_the_chart_says_where_they_cross_and_how_well_it_was_foretold(known: Results) -> None:
    """A line a scheme, and a table of the same numbers."""
    chart = CHARTS["lookup-journey"]
    assert chart.applies(known)
    assert "JWT without revocation and Session in Redis cost the same at" in chart.caption(known)
    assert [line[0] for line in chart.table(known).rows] == [TOKEN, SESSION]
    for narrow in (False, True):
        high = chart.height(known, narrow=narrow)
        drawn = theme.render(lambda ax: chart.draw(known, ax), high, narrow=narrow, valid=True)
        assert "JWT" in theme.svg(drawn)


def test_the_audit_finds_every_row(folder: Path, known: Results) -> None:
    """By code of its own, to six digits."""
    found = {one.key: one.figure for one in recompute(read(folder), [])}
    reported = [row for row in known.rows if row.measure == "journey"]
    assert len(found) == len(reported) > 100
    for row in reported:
        figures = [
            figure
            for key, figure in found.items()
            if (key.scheme, key.metric) == (row.scheme, row.metric)
            and figure.value == pytest.approx(row.value, rel=5e-6)
            and figure.low == (None if row.ci_low is None else pytest.approx(row.ci_low, rel=5e-6))
        ]
        assert figures, row
