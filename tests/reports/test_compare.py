"""Comparing two runs: changes beyond noise are told, others are not, and nonsense is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.records import Gate
from reports.compare import NotComparable, changes_between, compare, compare_runs
from reports.loading import Regime, load
from reports.results import Results, evaluate
from reports.rows import row
from reports.statistics import Estimate

from . import synthetic

MEASURES = ("lookup", "revocation", "payload", "calibration")
SHAPE = synthetic.Shape(blocks=8, samples=300, trials=4, loads=False, measures=MEASURES)


def run(tmp_path: Path, name: str, seed: int = 1, **change: object) -> Results:
    """Draw a run called *name*; *change* goes to its shape or its truth."""
    truth = {
        key: value
        for key, value in change.items()
        if key in ("cost_us", "request_bytes", "checks", "outages")
    }
    shape = {key: value for key, value in change.items() if key not in truth}
    fields = {**vars(SHAPE), "name": name, **shape}
    folder = synthetic.write(
        tmp_path / name,
        synthetic.Truth(**truth),  # type: ignore[arg-type]  # fields by name
        synthetic.Shape(**fields),
        seed,
    )
    return evaluate(load(folder))


def with_limit(results: Results, size: float) -> Results:
    """Give *results* with nothing in them but a server's limit of *size* bytes."""
    limit = row("x", "payload", "control", "header_field_limit_bytes", size, server="granian")
    return replace(results, rows=(limit,))


def said(before: Results, after: Results) -> str:
    """Give what is said of the two."""
    return compare(before, after).text


def test_the_same_truths_twice_have_not_changed(tmp_path: Path) -> None:
    """Another seed is not another result."""
    told = said(run(tmp_path, "a", seed=1), run(tmp_path, "b", seed=2))
    assert "Nothing changed beyond the noise of both." in told


def test_a_change_beyond_noise_is_told_with_its_intervals(tmp_path: Path) -> None:
    """Half the cost is no accident."""
    costs = {**synthetic.Truth().cost_us, "session-cookie-redis": 45.0}
    told = said(run(tmp_path, "a"), run(tmp_path, "b", seed=2, cost_us=costs))
    changed = [line for line in told.splitlines() if "session-cookie-redis" in line]
    assert any("auth_us_cost_p50" in line and "\N{MINUS SIGN}4" in line for line in changed)
    assert "token-bearer-hs256-expiry  auth_us" not in told


def test_a_single_byte_is_a_change(tmp_path: Path) -> None:
    """Payload is exact: no interval, no excuse."""
    sizes = {**synthetic.Truth().request_bytes, "session-cookie-redis": 79.0}
    told = said(run(tmp_path, "a"), run(tmp_path, "b", request_bytes=sizes))
    assert "request_bytes: 78 bytes -> 79 bytes, +1 bytes" in told


def test_a_figure_of_the_control_is_compared_where_it_is_exact(tmp_path: Path) -> None:
    """The limits of servers and browsers are recorded there."""
    before, after = run(tmp_path, "a"), run(tmp_path, "b")
    changed = list(changes_between(with_limit(before, 524_171.0), with_limit(after, 523_775.0)))
    assert [change.by for change in changed if change.real] == [-396.0]


@pytest.mark.parametrize(
    ("metric", "before", "after", "real"),
    [
        ("request_bytes_h2_first", 48.0, 49.0, False),
        ("request_bytes_h2_first", 48.0, 60.0, True),
        ("store_bytes_per_session", 574.0, 573.0, False),
        ("store_bytes_per_session", 574.0, 590.0, True),
        ("request_bytes", 350.0, 351.0, True),
    ],
)
def test_what_the_characters_of_an_id_weigh_is_no_change(
    tmp_path: Path, metric: str, before: float, after: float, real: bool
) -> None:
    """A byte of Huffman code is drawn by lot; a byte on the wire over HTTP/1.1 is not."""
    one, other = run(tmp_path, "a"), run(tmp_path, "b")
    pair = [
        replace(each, rows=(row("x", "payload", "session-cookie-redis", metric, value),))
        for each, value in ((one, before), (other, after))
    ]
    (change,) = changes_between(*pair)
    assert change.real is real


def test_fields_of_a_page_are_not_held_against_those_of_the_bench(tmp_path: Path) -> None:
    """The cliff stands in a run twice, beside few fields and beside a browser's."""
    both = tuple(
        row("x", "payload", "session-cookie-redis", "h2_cliff_bytes", size, None, **fields)
        for size, fields in ((3863.0, {}), (3231.0, {"fields": "browser"}))
    )
    one = replace(run(tmp_path, "a"), rows=both)
    other = replace(run(tmp_path, "b"), rows=both[::-1])
    changed = list(changes_between(one, other))
    assert len(changed) == 2
    assert not any(change.real for change in changed)


def test_figures_that_a_run_withholds_are_left_out(tmp_path: Path) -> None:
    """A difference from no evidence is none; what the failed gate does not touch is compared."""
    note = "session-cookie-redis: a tampered credential gave 200"
    gate = Gate(name="tampered_refused", passed=False, value=200, limit=401, note=note)
    before, after = run(tmp_path, "a"), run(tmp_path, "b", gates=(gate,))
    compared = {
        (change.before.scheme, change.before.measure) for change in changes_between(before, after)
    }
    assert ("session-cookie-redis", "lookup") not in compared
    assert {("session-cookie-redis", "payload"), ("session-cookie-memory", "lookup")} <= compared


def test_other_settings_are_refused_by_name(tmp_path: Path) -> None:
    """Another rate is another experiment."""
    with pytest.raises(NotComparable, match="other settings: rate 300 and 700"):
        said(run(tmp_path, "a"), run(tmp_path, "b", settings={"nodes": 2, "rate": 700}))


def test_nothing_in_common_is_refused(tmp_path: Path) -> None:
    """Bytes and windows cannot be subtracted."""
    first = run(tmp_path, "a", measures=("payload",))
    second = run(tmp_path, "b", measures=("revocation",))
    with pytest.raises(NotComparable, match="no figure in common"):
        said(first, second)


def test_a_run_against_itself_is_refused(tmp_path: Path) -> None:
    """It would say that nothing changed, and prove nothing."""
    with pytest.raises(NotComparable, match="name two runs"):
        compare_runs(tmp_path, tmp_path)


def test_the_same_grid_twice_has_not_changed(tmp_path: Path) -> None:
    """Hundreds of points: among so many some always seem to move, so the model is compared."""
    change: dict[str, Any] = {"measures": ("scale", "outage")}
    told = said(run(tmp_path, "a", **change), run(tmp_path, "b", seed=2, **change))
    assert "Nothing changed beyond the noise of both." in told


def test_a_break_even_that_moved_is_told(tmp_path: Path) -> None:
    """From 0.4 ms to 0.2: the token got cheaper, and so did its model."""
    checks = {**synthetic.Truth().checks, "token-bearer-hs256-expiry": synthetic.Check(230.0)}
    change: dict[str, Any] = {"measures": ("scale",)}
    told = said(run(tmp_path, "a", **change), run(tmp_path, "b", checks=checks, **change))
    assert "session-cookie-redis  break_even_rtt_ms (less=token-bearer-hs256-expiry): 0.4" in told
    assert "token-bearer-hs256-expiry  model_fixed_us: 4" in told
    assert "session-cookie-redis  model_fixed_us" not in told


def test_a_scheme_that_lets_the_revoked_in_now_is_told(tmp_path: Path) -> None:
    """Rates have intervals of their own: none of 60 probes, then all."""
    outages = dict(synthetic.Truth().outages)
    outages["session-cookie-redis", "refused"] = (0.0, 100.0, 503, 0.1)
    change: dict[str, Any] = {"measures": ("outage",)}
    told = said(run(tmp_path, "a", **change), run(tmp_path, "b", outages=outages, **change))
    assert "session-cookie-redis  revoked_accept_rate (fault=refused" in told
    assert told.count("->") == 1


@pytest.mark.parametrize(
    ("rates", "blocks", "judged"),
    [((100.0, 110.0), 5, 1), ((100.0, 140.0), 5, 0), ((100.0, 100.0), 3, 0)],
)
def test_a_cost_is_judged_under_one_load_and_over_enough_blocks(
    tmp_path: Path, rates: tuple[float, float], blocks: int, judged: int
) -> None:
    """Latency depends on the load, and two or three blocks say little of how blocks differ."""
    found = Estimate(80.0, 79.0, 81.0, n=500, rounds=blocks)
    pair = [
        replace(
            run(tmp_path, name),
            rows=(
                row(
                    *("x", "lookup", "session-cookie-redis", "auth_us_cost_p50"),
                    replace(found, value=found.value + shift),
                    Regime((("rate", rate),), (("load", "low"),)),
                ),
            ),
        )
        for name, rate, shift in (("a", rates[0], 0.0), ("b", rates[1], 30.0))
    ]
    assert len(list(changes_between(*pair))) == judged
