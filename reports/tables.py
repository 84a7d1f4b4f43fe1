"""Tables of results: `results.csv`, `results.json`, and those that stand beneath a chart."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from .dimensions import NAMES
from .rows import COLUMNS, FIGURE, JUDGED, PARTS, Row, tidy
from .wording import measured

if TYPE_CHECKING:
    from .results import Results

SCHEMA = 2
"""Of results.json; schemas/results.schema.json says what its fields mean."""


@dataclass(frozen=True)
class Table:
    """A table to be read: columns and rows as text, the first column naming the row."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    source: Sequence[Row] = field(default=())
    """The rows of `results.csv` that it shows."""


def csv_text(results: Results, rows: Iterable[Row]) -> str:
    """Return `results.csv`: long and tidy, one figure a row, empty where nothing applies."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(lines(results, rows))
    return target.getvalue()


def lines(results: Results, rows: Iterable[Row]) -> Iterator[list[Any]]:
    """Return each of *rows* in the order of the columns, None where nothing applies."""
    for row in rows:
        said = cells_of(results, row)
        yield [said.get(name) for name in COLUMNS]


def json_text(results: Results, rows: Iterable[Row], about: dict[str, Any]) -> str:
    """Return `results.json`: the same rows without what does not apply, with what the run was."""
    whole = [dict.fromkeys(FIGURE) | cells_of(results, row) for row in rows]
    content = {"schema": SCHEMA, **about, "results": whole}
    return msgspec.json.format(msgspec.json.encode(content), indent=1).decode() + "\n"


def cells_of(results: Results, row: Row) -> dict[str, Any]:
    """Return what stands in the columns of *row*, figures with six digits; not what is empty."""
    arm = results.recording.arm(row.scheme)
    said = {
        **{name: getattr(row, name) for name in FIGURE},
        **{name: getattr(row, name) for name in JUDGED},
        **{name: getattr(arm, name) for name in PARTS},
        **{name: getattr(row, name) for name in NAMES},
    }
    return {name: tidy(value) for name, value in said.items() if _applies(value)}


def _applies(value: Any) -> bool:
    return value not in ("", None) and not (isinstance(value, float) and not math.isfinite(value))


def by_scheme(results: Mapping[str, Sequence[Row | None]], columns: Sequence[str]) -> Table:
    """Build a table with one line a scheme and one figure a column."""
    lines = [[scheme, *(cell(row) for row in found)] for scheme, found in results.items()]
    source = [row for found in results.values() for row in found if row is not None]
    return Table(["scheme", *columns], lines, source)


def cell(row: Row | None) -> str:
    """Write one figure for a table, with its interval where it has one, or that it is withheld."""
    if row is None:
        return "\N{EM DASH}"
    if row.validity == "withheld":
        return "withheld"
    return f"{measured(row)} (rough)" if row.validity == "rough" else measured(row)
