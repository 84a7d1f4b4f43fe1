"""Charts by their data and labels: what is drawn is what the rows say."""

from __future__ import annotations

import re

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from reports import theme
from reports.charts import CHARTS, RIVALS, break_even, hpack, lanes
from reports.charts.frontier import places
from reports.results import Results
from reports.wording import measured

ELSEWHERE = {"lookup-journey"}
"""Drawn from a run of whole logins, in test_journey.py."""


def drawn(results: Results, name: str, *, narrow: bool = False) -> Axes:
    """Draw one chart, and give its axes."""
    chart = {**CHARTS, **RIVALS}[name]
    assert chart.applies(results)
    height = chart.height(results, narrow=narrow)
    figure = theme.render(
        lambda ax: chart.draw(results, ax), height, narrow=narrow, valid=results.valid
    )
    figure.canvas.draw()
    return figure.axes[0]


def texts(ax: Axes) -> str:
    """Give everything that is written in and around the axes."""
    said = [text.get_text() for text in ax.texts]
    said += [label.get_text() for label in [*ax.get_xticklabels(), *ax.get_yticklabels()]]
    said += [text.get_text() for legend in ax.figure.legends for text in legend.get_texts()]
    return "\n".join([*said, ax.get_xlabel(), ax.get_ylabel()])


def lines(ax: Axes, marker: str) -> list[Line2D]:
    """Give the lines drawn with *marker*."""
    return [line for line in ax.lines if line.get_marker() == marker]


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("name", sorted(CHARTS.keys() - ELSEWHERE))
def test_every_chart_labels_its_axis_and_draws(
    results: Results, name: str, *, narrow: bool
) -> None:
    """A unit or a kind on the axis, and a legend where there is a colour."""
    ax = drawn(results, name, narrow=narrow)
    assert ax.lines or ax.patches or ax.collections
    assert ax.get_xlabel() or name == "revocation-faults"
    assert ax.figure.legends


@pytest.mark.parametrize("name", sorted(CHARTS.keys() - ELSEWHERE))
def test_every_table_shows_rows_of_the_results(results: Results, name: str) -> None:
    """The data file of a chart holds nothing that results.csv does not."""
    table = CHARTS[name].table(results)
    assert table.source
    assert all(row in results.rows for row in table.source)
    assert all(len(line) == len(table.columns) for line in table.rows)


def test_break_even_draws_each_median_and_the_crossing(crossed: Results) -> None:
    """Points at the distances, and a line where the two meet."""
    ax = drawn(crossed, "lookup-break-even")
    crossing = crossed.find("break_even_request_rtt_ms", "session-cookie-redis")
    assert crossing is not None
    vertical = [line for line in ax.lines if len(set(np.asarray(line.get_xdata()))) == 1]
    assert any(line.get_xdata()[0] == crossing.value for line in vertical)  # type: ignore[index]
    rows = break_even.lines(crossed)["session-cookie-redis"]
    points = [list(np.asarray(line.get_ydata())) for line in lines(ax, "o")]
    assert [row.value for row in rows] in points
    assert measured(crossing) in texts(ax)
    for scheme in break_even.lines(crossed):
        assert crossed.title(scheme) in texts(ax)


def test_population_ticks_are_where_it_was_measured(results: Results) -> None:
    """A tick between measurements would promise one."""
    ax = drawn(results, "lookup-population")
    assert list(ax.get_xticks()) == [1_000, 10_000, 100_000]


@pytest.mark.parametrize(
    ("place", "wide", "narrow"),
    [
        (0.52, "0.52", "0.52"),
        (1_000, "1,000", "1,000"),
        (10_000, "10,000", "10k"),
        (1e7, "10,000,000", "10M"),
    ],
)
def test_ticks_are_short_where_there_is_no_room(place: float, wide: str, narrow: str) -> None:
    """Ten millions in full are a quarter of a small screen."""
    assert lanes._tick(place, short=False) == wide
    assert lanes._tick(place, short=True) == narrow


def test_names_inside_the_frontier_stay_inside(many_results: Results) -> None:
    """Those that stand left of their points on a small screen end before the axis does."""
    ax = drawn(many_results, "revocation-frontier", narrow=True)
    figure = ax.get_figure()
    assert figure is not None
    figure.canvas.draw()
    left = ax.get_window_extent().x0
    names = [text for text in ax.texts if text.get_text()]
    assert names
    for name in names:
        assert name.get_window_extent().x0 >= left, name.get_text()


def test_percentiles_are_of_one_design(results: Results) -> None:
    """The separate one, the median included."""
    table = CHARTS["lookup-percentiles"].table(results)
    assert {row.design for row in table.source} == {"separate"}
    assert table.columns == ["scheme", "50 %", "90 %", "99 %"]


def test_model_draws_every_point_once(results: Results) -> None:
    """Learnt and foretold together are all that was measured."""
    ax = drawn(results, "lookup-model")
    count = sum(np.size(line.get_xdata()) for line in [*lines(ax, "o"), *lines(ax, "D")])
    assert count == sum(len(model.learnt) + len(model.held_out) for model in results.models)


def test_front_leaves_out_what_another_beats_and_what_one_machine_holds(results: Results) -> None:
    """The denylist costs more than the session and bites no sooner."""
    best = {place.scheme for place in places(results) if place.best}
    assert best == {"session-cookie-redis", "token-bearer-hs256-expiry"}
    local = {place.scheme for place in places(results) if place.local}
    assert local == {"session-cookie-memory"}


def test_survival_falls_from_all_to_none(results: Results) -> None:
    """A staircase down, on a logarithmic axis."""
    ax = drawn(results, "revocation-survival")
    assert ax.get_xscale() == "log"
    stairs = max(ax.lines, key=lambda line: np.size(line.get_ydata()))
    heights = np.asarray(stairs.get_ydata())
    assert heights[0] == 100
    assert heights[-1] == 0
    assert (np.diff(heights) <= 0).all()


def test_over_time_marks_the_worst_and_the_bound(results: Results) -> None:
    """A cross at the longest window, a dotted line at the claim."""
    ax = drawn(results, "revocation-over-time")
    worst = results.ending_one("window_ms_worst", "token-bearer-hs256-expiry", "all")
    assert worst is not None
    crosses = [float(np.asarray(line.get_xdata())[0]) for line in lines(ax, "x")]
    assert crosses == [pytest.approx(worst.value, rel=1e-6)]
    assert any(
        list(np.asarray(line.get_xdata())) == [2_000.0, 2_000.0]
        for line in ax.lines
        if line.get_linestyle() == "--"
    )


def test_worst_history_draws_every_probe_of_every_node(results: Results) -> None:
    """Long for an accept, short for a refusal."""
    ax = drawn(results, "revocation-worst")
    assert results.history is not None
    ticks = [line for line in ax.lines if np.isnan(np.asarray(line.get_ydata(), float)).any()]
    drawn_probes = sum(np.size(line.get_xdata()) // 3 for line in ticks)
    assert drawn_probes == sum(
        one.accepted_ms.size + one.rejected_ms.size for one in results.history.nodes
    )


def test_fault_matrix_writes_status_and_recovery(results: Results) -> None:
    """Marks alone would not say how a login fails."""
    said = texts(drawn(results, "revocation-faults"))
    for words in ("503\n0.10 s", "401\nnone", "store down", "restarted\nempty", "nobody gets in"):
        assert words in said


def test_growth_names_its_ceilings(results: Results) -> None:
    """The cookie's, and the servers' by name."""
    said = texts(drawn(results, "payload-growth"))
    assert "limit of a cookie, 4,096 bytes" in said
    assert "limit of gunicorn, 8,190 bytes" in said


def test_the_cliff_is_found_where_the_table_ends(results: Results) -> None:
    """Between 64 claims and 128 the header outgrows 4,096 bytes."""
    rows = [r for r in results.rows if r.metric == "request_bytes" and r.scheme.startswith("token")]
    assert rows
    found = hpack._found(results, hpack.policy(results))["token-bearer-hs256-expiry"]
    edge = hpack.cliff(found)
    assert edge is not None
    assert [size[0].claims for size in edge] == [64, 128]
    assert "the cliff" in texts(drawn(results, "payload-http2"))


def test_traffic_is_bytes_times_requests(results: Results) -> None:
    """78 bytes, a hundred times a second, for thirty days."""
    row = results.find("traffic_up_gb", "session-cookie-redis")
    assert row is not None
    assert row.value == pytest.approx(78 * 100 * 86_400 * 30 / 1e9)
    assert "100 requests a second for 30 days" in CHARTS["payload-traffic"].caption(results)


def test_captions_are_sentences_with_numbers(results: Results) -> None:
    """The claim of the title, in figures."""
    for name in CHARTS.keys() - ELSEWHERE:
        chart = CHARTS[name]
        caption = chart.caption(results)
        assert caption.endswith("."), name
        assert re.search(r"\d", caption), name
        assert ".." not in caption, name
