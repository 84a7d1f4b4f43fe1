"""What the credential adds up to, for a traffic that is stated."""

from __future__ import annotations

from matplotlib.axes import Axes

from ..results import Results
from ..rows import Row
from ..tables import Table, by_scheme
from ..theme import COLOURS, INK
from ..wording import digits, quantity
from . import lanes
from .naming import titles

SECTION = "payload"
UP, DOWN = "traffic_up_gb", "traffic_down_gb"


def applies(results: Results) -> bool:
    """Return whether bytes were counted."""
    return bool(results.costs(UP))


def title(results: Results) -> str:
    """Say what the heaviest adds up to."""
    last = list(results.costs(UP).values())[-1]
    return f"Without header compression, credentials add up to {digits(last.value)} GB"


def caption(results: Results) -> str:
    """Return the least and the most."""
    found = list(results.costs(UP).values())
    first, last = quantity(found[0]), quantity(found[-1])
    return f"Headers add up to between {first} and {last}. The traffic: {results.profile}."


def reading(results: Results) -> str:
    """Say how it is reckoned."""
    del results
    return (
        "Reckoned, not measured: bytes of a request over control over HTTP/1.1, times the traffic. "
        "Render with --requests-per-s and --days for another traffic. HTTP/2 that indexes the "
        "header sends next to none of it."
    )


def table(results: Results) -> Table:
    """Return both directions."""
    up, down = results.costs(UP), results.main(DOWN)
    lines: dict[str, list[Row | None]] = {name: [row, down.get(name)] for name, row in up.items()}
    return by_scheme(lines, ["sent by clients", "sent by servers"])


def height(results: Results, *, narrow: bool) -> float:
    """Return the height for one lane a scheme."""
    return lanes.height(len(results.costs(UP)), narrow=narrow, extra=1.0)


def draw(results: Results, ax: Axes) -> None:
    """Draw one bar a scheme."""
    found = results.costs(UP)
    mechanisms = [results.look(scheme) for scheme in found]
    for lane, (row, mechanism) in enumerate(zip(found.values(), mechanisms, strict=True)):
        hatch = "////" if mechanism.startswith("token") else None
        ax.barh([lane], [row.value], height=0.42, color=COLOURS[mechanism], alpha=0.85)
        if hatch:
            ax.barh([lane], [row.value], height=0.1, color=INK, alpha=0.35)
        ax.annotate(
            quantity(row),
            (row.value, lane),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=INK,
            fontsize=8.5,
        )
    lanes.name_lanes(ax, titles(results, found), mechanisms)
    lanes.legend(ax, mechanisms)
    ax.set_xlim(left=0)
    ax.margins(x=0.14)
    ax.grid(axis="x")
    ax.xaxis.set_major_formatter(lanes.in_thousands)
    lanes.label_axis(ax, "GB of headers over control, linear from zero")
