"""The spectrum: from the median to the tail, each percentile with its band."""

from __future__ import annotations

from matplotlib.axes import Axes

from ..results import Results
from ..rows import Row
from ..tables import Table, by_scheme
from ..theme import COLOURS, CONTROL, DASHES, MARKERS
from ..wording import milliseconds, regime
from . import alike, ends, lanes
from .naming import called

SECTION = "lookup"
SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p999": 0.999}
NAMES = {"p50": "50 %", "p90": "90 %", "p99": "99 %", "p999": "99.9 %"}


def applies(results: Results) -> bool:
    """Return whether a tail was measured."""
    return any(len(rows) > 2 for rows in _found(results).values())


def title(results: Results) -> str:
    """Name the scheme with the longest tail."""
    longest = _longest(results)
    name = called(results, longest.scheme)
    return f"The slowest requests are those with {name}"


def caption(results: Results) -> str:
    """Return that tail."""
    longest = _longest(results)
    name = next(n for s, n in NAMES.items() if longest.metric.endswith(f"_{s}"))
    return f"With it, {name} of requests took {milliseconds(longest.value)} or less, end to end."


def reading(results: Results) -> str:
    """Say how the tail was measured, and what it rests on."""
    longest = _longest(results)
    how = {
        "separate": "in blocks that one scheme had to itself",
        "interleaved": "in blocks that all schemes shared, so one's slow request may be another's",
    }.get(longest.design, "in the blocks there were")
    where = f" ({regime(longest)})" if regime(longest) else ""
    return (
        f"Times run from the intended start to the last byte, {how}{where}. Bands are 95 % "
        f"intervals over {longest.rounds} blocks. A percentile is shown only if each block has "
        f"enough requests for it.{_chosen(results).remark}"
    )


def _longest(results: Results) -> Row:
    return max((rows[-1] for rows in _found(results).values()), key=lambda row: row.value)


def table(results: Results) -> Table:
    """Return every percentile of every scheme."""
    cells: dict[str, list[Row | None]] = {}
    for scheme, rows in _found(results).items():
        by_metric = {row.metric: row for row in rows}
        cells[scheme] = [by_metric.get(f"request_ms_{suffix}") for suffix in SHARES]
    kept = [i for i in range(len(NAMES)) if any(line[i] for line in cells.values())]
    names = list(NAMES.values())
    return by_scheme(
        {scheme: [line[i] for i in kept] for scheme, line in cells.items()},
        [names[i] for i in kept],
    )


def height(results: Results, *, narrow: bool) -> float:
    """Return a height that leaves room for the names at the ends of the lines."""
    return 3.6 if narrow else ends.height_for(len(_chosen(results).drawn), least=3.6)


def draw(results: Results, ax: Axes) -> None:
    """Draw one line a scheme over the nines, with its band."""
    everything, choice = _found(results), _chosen(results)
    found = {scheme: everything[scheme] for scheme in choice.drawn}
    places = {suffix: place for place, suffix in enumerate(SHARES)}
    names = []
    for scheme, rows in found.items():
        mechanism = results.look(scheme)
        at = [places[row.metric.rsplit("_", 1)[1]] for row in rows]
        low = [row.value if row.ci_low is None else row.ci_low for row in rows]
        high = [row.value if row.ci_high is None else row.ci_high for row in rows]
        ax.fill_between(at, low, high, color=COLOURS[mechanism], alpha=0.09, linewidth=0)
        ax.plot(
            at,
            [row.value for row in rows],
            color=CONTROL if mechanism == "control" else COLOURS[mechanism],
            linestyle=DASHES[mechanism],
            marker=MARKERS[mechanism],
            markersize=4.5,
            linewidth=1.4,
        )
        names.append((scheme, float(at[-1]), rows[-1].value))
    used = sorted({places[r.metric.rsplit("_", 1)[1]] for rows in found.values() for r in rows})
    ax.set_xticks(used, [list(NAMES.values())[place] for place in used])
    ax.set_yscale("log")
    lanes.log_times(ax.yaxis, 1e3)
    ax.grid(axis="y")
    lanes.legend(ax, [results.look(scheme) for scheme in found])
    lanes.label_axis(ax, "of the requests took no longer, in steps of ten times fewer")
    ax.set_ylabel("end to end, logarithmic")
    ends.name_lines(ax, results, names, choice.stands_for)


def _chosen(results: Results) -> alike.Chosen:
    places = {suffix: float(place) for place, suffix in enumerate(SHARES)}
    return alike.chosen(
        results,
        {
            scheme: {places[row.metric.rsplit("_", 1)[1]]: row.value for row in rows}
            for scheme, rows in _found(results).items()
        },
    )


def _found(results: Results) -> dict[str, list[Row]]:
    """Return the percentiles of each scheme by one design under the low load, in order."""
    tails = [row for row in results.rows if _wanted(results, row)]
    designs = {row.design for row in tails}
    design = "separate" if "separate" in designs else next(iter(sorted(designs)), "")
    found: dict[str, dict[str, Row]] = {}
    for row in tails:
        if row.design == design:
            found.setdefault(row.scheme, {}).setdefault(row.metric, row)
    order = [f"request_ms_{suffix}" for suffix in SHARES]
    lines = {
        scheme: [by_metric[metric] for metric in order if metric in by_metric]
        for scheme, by_metric in found.items()
    }
    kept = {scheme: rows for scheme, rows in lines.items() if len(rows) > 1}
    return dict(sorted(kept.items(), key=lambda item: (-item[1][-1].value, item[0])))


def _wanted(results: Results, row: Row) -> bool:
    metrics = {f"request_ms_{suffix}" for suffix in SHARES}
    extra = row.scheme != results.recording.control and results.mechanism(row.scheme) == "control"
    return row.measure == "lookup" and row.metric in metrics and row.plain and not extra
