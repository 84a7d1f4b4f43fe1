"""The league as a strip: each machine's costs as multiples of the first machine's."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from markupsafe import Markup

WIDTH, LEFT, ROW = 640, 250, 24
MARKS = ("circle", "square", "diamond", "triangle")
_SHAPES = {
    "circle": '<circle r="5"/>',
    "square": '<rect x="-4.5" y="-4.5" width="9" height="9"/>',
    "diamond": '<path d="M0-6 6 0 0 6-6 0z"/>',
    "triangle": '<path d="M0-6 6 5-6 5z"/>',
}


@dataclass(frozen=True)
class Machine:
    """One entry of the league: its name, its run, and what each check cost, in microseconds."""

    name: str
    run: str
    costs: dict[str, float]


def strip(root: Path) -> str:
    """Return the strip as HTML, with its table; nothing where fewer than two machines are known."""
    machines = [_read(path) for path in sorted((root / "reports" / "league").glob("*.json"))]
    run, titles = _example(root)
    own = next((one for one in machines if one.run == run), machines[-1] if machines else None)
    others = [one for one in machines if one is not own]
    if own is None or not others:
        return ""
    common = [name for name in own.costs if any(name in one.costs for one in others)]
    rows = [
        (titles.get(name, name), [_ratio(one, own, name) for one in others])
        for name in sorted(common, key=lambda name: own.costs[name])
    ]
    return _section(own, others, rows)


def _read(path: Path) -> Machine:
    entry: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    costs = {name: one["check_us"]["value"] for name, one in entry["schemes"].items()}
    return Machine(f"{entry['name']} ({entry['date']})", entry["run"], costs)


def _example(root: Path) -> tuple[str, dict[str, str]]:
    """Return the run of the published example, and the titles of its schemes."""
    titles: dict[str, str] = {}
    run = ""
    with (root / "docs" / "example-report" / "results.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            run = run or row["run"]
            if row["title"]:
                titles.setdefault(row["scheme"], row["title"])
    return run, titles


def _ratio(one: Machine, own: Machine, name: str) -> float | None:
    """Return the cost as a multiple of this machine's; None where one of them is not above zero."""
    value, base = one.costs.get(name, 0.0), own.costs[name]
    return value / base if value > 0 and base > 0 else None


Rows = Sequence[tuple[str, Sequence[float | None]]]


def _section(own: Machine, others: Sequence[Machine], rows: Rows) -> Markup:
    known = [median(ratio for _, of in rows if (ratio := of[at])) for at in range(len(others))]
    said = Markup(", ").join(
        Markup("{} took {} times as long").format(one.name, f"{ratio:.2g}")
        for one, ratio in zip(others, known, strict=True)
    )
    head = Markup("").join(Markup("<th>{}</th>").format(one.name) for one in others)
    body = Markup("").join(
        Markup("<tr><td>{}</td>{}</tr>").format(
            title,
            Markup("").join(
                Markup("<td>{}</td>").format(f"{ratio:.2f}" if ratio else "none") for ratio in of
            ),
        )
        for title, of in rows
    )
    return Markup(
        '<h2 id="this-machine-beside-others">This machine beside others</h2>'
        "<p>Costs as multiples of those of {}, whose run is the published example. "
        "Median over the schemes: {}. "
        "Dots above each other mean that the machine changes all costs alike.</p>"
        "{}<details><summary>The same as a table</summary>"
        '<div class="scroll" tabindex="0"><table><thead><tr><th>scheme</th>{}</tr></thead>'
        "<tbody>{}</tbody></table></div></details>"
        '<h2 id="every-entry">Every entry</h2>'
    ).format(own.name, said, _drawing(others, rows), head, body)


def _drawing(others: Sequence[Machine], rows: Rows) -> Markup:
    """Draw a row a scheme, a mark a machine; the line stands where costs are equal."""
    ratios = [ratio for _, of in rows for ratio in of if ratio]
    low, high = min([*ratios, 1.0]) / 1.15, max([*ratios, 1.0]) * 1.15

    def x(ratio: float) -> float:
        share = math.log(ratio / low) / math.log(high / low)
        return round(LEFT + share * (WIDTH - LEFT - 20), 1)

    top = 26 + 20 * len(others)
    bottom = top + ROW * len(rows)
    parts = [
        Markup('<g transform="translate(12,{})" class="m{}">{}</g><text x="26" y="{}">{}</text>')
        .format(12 + 20 * at, at % 4, Markup(_SHAPES[MARKS[at % 4]]), 17 + 20 * at, one.name)  # noqa: S704 - constants
        for at, one in enumerate(others)
    ]  # fmt: skip
    for tick in (0.25, 0.5, 1, 2, 4, 8):
        if low <= tick <= high:
            kind = "equal" if tick == 1 else "rule"
            parts.append(
                Markup('<path class="{}" d="M{} {}V{}"/><text class="tick" x="{}" y="{}">{}</text>')
                .format(kind, x(tick), top - 8, bottom, x(tick), bottom + 18, f"{tick:g}\u00d7")
            )  # fmt: skip
    for row, (title, of) in enumerate(rows):
        y = top + ROW * row + 10
        parts.append(Markup('<text x="0" y="{}">{}</text>').format(y + 5, title))
        for at, ratio in enumerate(of):
            if ratio:
                shape = Markup(_SHAPES[MARKS[at % 4]])  # noqa: S704 - constants
                parts.append(
                    Markup('<g transform="translate({},{})" class="m{}">{}</g>').format(
                        x(ratio), y, at % 4, shape
                    )
                )
    return Markup(
        '<div class="scroll" tabindex="0"><svg class="strip" role="img" viewBox="0 0 {} {}" '
        "aria-label=\"Costs of each machine as multiples of this machine's; the table below has "
        'the numbers.">{}</svg></div>'
    ).format(WIDTH, bottom + 26, Markup("").join(parts))
