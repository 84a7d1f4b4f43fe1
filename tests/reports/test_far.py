"""Requests to a store put at a distance: shown beside the others, and never mixed with them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reports.advice import Question, advise, facts
from reports.charts import CHARTS, break_even
from reports.compare import compare
from reports.findings import findings
from reports.loading import load
from reports.results import Results, evaluate
from reports.rows import FAR, Row

from . import synthetic
from .test_charts import drawn, lines, texts

SESSION, TOKEN = "session-cookie-redis", "token-bearer-hs256-expiry"
WITHOUT = synthetic.Shape(blocks=6, samples=200, trials=2, far_ms=(), grid_samples=20)
WITH = replace(WITHOUT, far_ms=(1.0, 5.0))


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A run whose requests also asked a store 1 and 5 ms away."""
    return evaluate(load(synthetic.write(tmp_path_factory.mktemp("far") / "run", shape=WITH)))


def near_alone(results: Results, folder: Path) -> Results:
    """The same run without those cells."""
    cells = [one for one in results.recording.cells if one.cell.labels.get("design") != FAR]
    return evaluate(replace(results.recording, cells=tuple(cells), folder=folder))


def rows_of(results: Results, metric: str, scheme: str) -> list[Row]:
    return [row for row in results.rows if row.far and (row.metric, row.scheme) == (metric, scheme)]


def test_far_requests_have_rows_with_their_distance(far: Results) -> None:
    """The same names of metrics, the column filled; a session costs its round trip more."""
    rows = rows_of(far, "auth_us_cost_p50", SESSION)
    assert [row.store_rtt_ms for row in rows] == [1.0, 5.0]
    assert [row.value for row in rows] == pytest.approx([1_090.0, 5_090.0], abs=20)
    tokens = rows_of(far, "auth_us_cost_p50", TOKEN)
    assert [row.value for row in tokens] == pytest.approx([40.0, 40.0], abs=20)


def test_far_requests_change_no_other_figure(far: Results, tmp_path: Path) -> None:
    """Without them every row is the same, in the same order, and so is all that is said."""
    near = near_alone(far, tmp_path)
    assert [row for row in far.rows if not row.far] == list(near.rows)
    said = {one.topic: one.text for one in findings(near)}
    for one in findings(far):
        assert one.topic == "Break-even" or said[one.topic] == one.text
    asked = Question(round_trip_ms=1.0)
    assert advise(facts(far), asked) == advise(facts(near), asked)
    for name, chart in CHARTS.items():
        if name != "lookup-break-even":
            assert chart.table(far).rows == chart.table(near).rows, name


def test_no_selection_of_plain_figures_gives_a_far_one(far: Results) -> None:
    """Even where only far ones are left."""
    only = replace(far, rows=tuple(row for row in far.rows if row.far))
    assert only.main("auth_us_cost_p50") == {}
    assert only.find("auth_us_p50", SESSION) is None
    assert only.find("auth_us_p50", SESSION, design=FAR) is not None
    assert only.noise_us("span") is None


def test_a_far_figure_is_compared_with_a_far_one(far: Results) -> None:
    """By its own noise floor; the same run twice has not changed."""
    [row, _] = rows_of(far, "auth_us_cost_p50", SESSION)
    noise = far.noise_us("span", row)
    assert noise is not None
    assert (noise.far, noise.store_rtt_ms) == (True, 1.0)
    assert "Nothing changed" in compare(far, far).text


@pytest.mark.parametrize("narrow", [False, True])
def test_break_even_draws_every_distance_and_the_readers_own(far: Results, *, narrow: bool) -> None:
    """A mark where requests were timed; the table has the same; the script can move the reader."""
    ax = drawn(far, "lookup-break-even", narrow=narrow)
    rows = break_even.lines(far)[SESSION]
    assert [row.store_rtt_ms for row in rows] == [None, 1.0, 5.0]
    assert [row.value for row in rows] in [
        list(np.asarray(one.get_ydata())) for one in lines(ax, "o")
    ]
    table = CHARTS["lookup-break-even"].table(far)
    assert table.columns == ["scheme", "0 ms", "1 ms", "5 ms"]
    assert "your store: 0.5 ms" in texts(ax)
    kinds = [str(one.get_gid()) for one in [*ax.lines, *ax.texts]]
    assert kinds.count("kind:yours") == 2
    assert kinds.count("kind:distances") == 1


def test_the_first_screen_tells_what_distance_does(far: Results) -> None:
    """Both ends, from the rows of requests alone: the hot loop is for specialists."""
    [told] = [one for one in findings(far) if one.topic == "Break-even"]
    assert "adds less than session-cookie-redis at every distance measured" in told.text
    assert {row.metric for row in told.rows} == {"app_us_difference_p50"}
    assert told.rows[-1].store_rtt_ms == 5.0
