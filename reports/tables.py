"""Tables of results: `results.csv`, `results.json`, and those that stand beneath a chart."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from .rows import COLUMNS, Row, cells_of
from .wording import measured

SCHEMA = 1
"""Of results.json; schemas/results.schema.json says what its fields mean."""


@dataclass(frozen=True)
class Table:
    """A table to be read: columns and rows as text, the first column naming the row."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    source: Sequence[Row] = field(default=())
    """The rows of `results.csv` that it shows."""


def csv_text(rows: Iterable[Row]) -> str:
    """Give `results.csv`: long and tidy, one figure a row, empty where nothing applies."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(["" if cell is None else cell for cell in cells_of(row)])
    return target.getvalue()


def json_text(rows: Iterable[Row], about: dict[str, Any]) -> str:
    """Give `results.json`: the same rows, with what the run was."""
    content = {
        "schema": SCHEMA,
        **about,
        "results": [dict(zip(COLUMNS, map(_plain, cells_of(row)), strict=True)) for row in rows],
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=1).decode() + "\n"


def by_scheme(results: Mapping[str, Sequence[Row | None]], columns: Sequence[str]) -> Table:
    """Build a table with one line a scheme and one figure a column."""
    lines = [[scheme, *(cell(row) for row in found)] for scheme, found in results.items()]
    source = [row for found in results.values() for row in found if row is not None]
    return Table(["scheme", *columns], lines, source)


def cell(row: Row | None) -> str:
    """Write one figure for a table, with its interval where it has one."""
    return "\N{EM DASH}" if row is None else measured(row)


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
