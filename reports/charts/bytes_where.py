"""Where the bytes go: in every request, in the answer to a login, in the store."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..results import Results
from ..rows import Row
from ..tables import Table, by_scheme
from ..theme import COLOURS, LINE, MUTED, SURFACE, say
from ..wording import digits, quantity
from . import lanes
from .naming import called, titles

SECTION = "payload"
KINDS = {
    "every request, over control": ("request_bytes", "o"),
    "answer to a login": ("response_bytes_login", "s"),
    "store, for one session": ("store_bytes_per_session", "^"),
    "store, for one revocation": ("store_bytes_per_revocation", "v"),
}
MORE = {
    "plain answer": "response_bytes",
    "HTTP/2 first": "request_bytes_h2_first",
    "HTTP/2 steady": "request_bytes_h2_steady",
    "one more claim": "bytes_per_claim",
    "claims at most": "claims_max",
}


def applies(results: Results) -> bool:
    """Return whether bytes were counted."""
    return bool(results.costs("request_bytes"))


def title(results: Results) -> str:
    """Compare the lightest with the heaviest."""
    sizes = list(results.costs("request_bytes").values())
    first, last = sizes[0], sizes[-1]
    if first.value == last.value or not first.value:
        return f"Every request carries {quantity(last)} of credential"
    first_name, last_name = called(results, first.scheme), called(results, last.scheme)
    return (
        f"{last_name[0].upper()}{last_name[1:]} sends {digits(last.value / first.value)} times the "
        f"bytes of {first_name}"
    )


def caption(results: Results) -> str:
    """Return both sizes, and what the store holds instead."""
    sizes = list(results.costs("request_bytes").values())
    first, last = sizes[0], sizes[-1]
    text = f"Every request carries {quantity(first)} to {quantity(last)}"
    stored = results.main("store_bytes_per_session").get(first.scheme)
    if stored is not None and stored.value:
        text += f"; the lightest keeps {quantity(stored)} in its store"
    return f"{text}."


def reading(results: Results) -> str:
    """Say what is counted."""
    first = next(iter(results.costs("request_bytes").values()))
    return (
        f"Bytes are exact counts over HTTP/1.1, over control, with {first.claims or 0} claims. "
        "Hollow marks are bytes in the store: for a session, or for one revocation."
    )


def table(results: Results) -> Table:
    """Return every byte count of every scheme, at the fewest claims."""
    metrics = {**{name: metric for name, (metric, _) in KINDS.items()}, **MORE}
    found: dict[str, list[Row | None]] = {
        scheme: [results.main(metric).get(scheme) for metric in metrics.values()]
        for scheme in results.costs("request_bytes")
    }
    kept = [i for i in range(len(metrics)) if any(line[i] for line in found.values())]
    return by_scheme(
        {scheme: [line[i] for i in kept] for scheme, line in found.items()},
        [list(metrics)[i] for i in kept],
    )


def height(results: Results, *, narrow: bool) -> float:
    """Return the height for one lane a scheme."""
    count = len(results.costs("request_bytes"))
    return lanes.height(count, narrow=narrow, extra=1.25 if narrow else 1.0)


def draw(results: Results, ax: Axes) -> None:
    """Draw one lane a scheme, a mark a kind."""
    schemes = list(results.costs("request_bytes"))
    mechanisms = [results.look(scheme) for scheme in schemes]
    for lane, (scheme, mechanism) in enumerate(zip(schemes, mechanisms, strict=True)):
        ax.axhline(lane, color=LINE, linewidth=0.7, zorder=1)
        for name, (metric, marker) in KINDS.items():
            row = results.main(metric).get(scheme)
            if row is None or (name.startswith("store") and not row.value):
                continue
            face = SURFACE if name.startswith("store") else COLOURS[mechanism]
            shapes = ax.plot(
                [row.value],
                [lane],
                marker=marker,
                color=COLOURS[mechanism],
                markerfacecolor=face,
                markersize=6.5,
                linestyle="none",
                zorder=3,
            )
            say(shapes, f"{results.title(scheme)}, {name}: {quantity(row)}")
    lanes.name_lanes(ax, titles(results, schemes), mechanisms)
    shown = [name for name, (metric, _) in KINDS.items() if results.main(metric)]
    lanes.legend(ax, [], [_key(name) for name in shown])
    ax.set_xlim(left=0)
    ax.margins(x=0.06)
    ax.grid(axis="x")
    ax.xaxis.set_major_formatter(lanes.in_thousands)
    lanes.label_axis(ax, "bytes, linear from zero")


def _key(name: str) -> Line2D:
    face = SURFACE if name.startswith("store") else MUTED
    return Line2D(
        [],
        [],
        color=MUTED,
        marker=KINDS[name][1],
        markerfacecolor=face,
        linestyle="none",
        label=name,
    )
