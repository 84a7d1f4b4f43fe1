"""Holds the files of a report against what the records give."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .figures import PARTS, Figure, Found, Key, differences, figure_of, key_of
from .raw import Records, Unreadable, load_json


@dataclass
class Outcome:
    """What was compared, and what did not agree."""

    compared: int = 0
    """Rows of results.csv."""
    copies: int = 0
    """Rows of results.json and of the charts, which must be those of results.csv."""
    problems: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    """Metrics of the report that nothing here can recompute."""


def compare(records: Records, rows: Iterable[Found]) -> Outcome:
    """Hold results.csv, results.json and the charts' data of the run against *rows*."""
    outcome = Outcome()
    recomputed = {row.key: row.figure for row in rows}
    known = {(key.measure, key.metric) for key in recomputed}
    reported = _read_csv(records.folder / "results.csv")
    seen: dict[Key, Figure] = {}
    for row in reported:
        key, figure = _keyed(row, records.folder / "results.csv")
        if key in seen:
            outcome.problems.append(f"{key}: stands twice in results.csv")
        seen[key] = figure
        if row["run"] != records.run["name"]:
            outcome.problems.append(f"{key}: is of another run, {row['run']}")
        outcome.problems += _made_of(key, row, records)
        outcome.problems += _hold(key, figure, recomputed, known, outcome.unknown)
        outcome.compared += 1
    outcome.problems += [
        f"{key}: is in the records and not in the report" for key in recomputed.keys() - seen
    ]
    _copies(records, reported, outcome)
    return outcome


def _made_of(key: Key, row: Mapping[str, str], records: Records) -> Iterator[str]:
    """Hold what the row says of its scheme against what the run says of it."""
    arm = records.arm(key.scheme)
    for name in PARTS:
        said, true = _text(row.get(name, "")), arm.get(name, "")
        true = f"{true:g}" if isinstance(true, float) else _text(true)
        if said != true:
            yield f"{key}: {name} is {said or 'empty'} and should be {true or 'empty'}"


def _hold(
    key: Key,
    figure: Figure,
    recomputed: Mapping[Key, Figure],
    known: set[tuple[str, str]],
    unknown: set[str],
) -> Iterator[str]:
    true = recomputed.get(key)
    if true is not None:
        yield from (f"{key}: {said}" for said in differences(figure, true))
    elif (key.measure, key.metric) in known:
        yield f"{key}: the records hold nothing like it"
    else:
        unknown.add(f"{key.measure} {key.metric}")
        yield f"{key}: the records hold nothing that would give this metric"


def _copies(records: Records, reported: Sequence[Mapping[str, Any]], outcome: Outcome) -> None:
    """Note where results.json or a chart says something else than results.csv."""
    rows = {_plain(row) for row in reported}
    path = records.folder / "results.json"
    content = load_json(path)
    for name in ("plan", "seed", "state"):
        if content.get(name) != records.run[name]:
            said = f"{name} is {content.get(name)} and should be {records.run[name]}"
            outcome.problems.append(f"results.json: {said}")
    _hold_copies(path, content.get("results", []), rows, outcome)
    if len(content.get("results", [])) != len(reported):
        outcome.problems.append("results.json: has not as many rows as results.csv")
    if records.figures is not None:
        _hold_copies(Path("the table results"), records.figures, rows, outcome)
    for chart in sorted((records.folder / "charts").glob("*.csv")):
        _hold_copies(chart, _read_csv(chart), rows, outcome)


def _hold_copies(
    path: Path,
    copies: Iterable[Mapping[str, Any]],
    rows: set[frozenset[tuple[str, str]]],
    outcome: Outcome,
) -> None:
    for row in copies:
        outcome.copies += 1
        if _plain(row) not in rows:
            key, _ = _keyed(row, path)
            outcome.problems.append(f"{key}: stands otherwise in {path.name} than in results.csv")


def _keyed(row: Mapping[str, Any], path: Path) -> tuple[Key, Figure]:
    try:
        return key_of(row), figure_of(row)
    except (KeyError, TypeError, ValueError) as exc:
        raise Unreadable(f"{path} is damaged: {exc}") from exc


def _plain(row: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """A row as text, alike from CSV, JSON and SQL, of which some leave out what is empty."""
    return frozenset((name, _text(value)) for name, value in row.items() if value not in ("", None))


def _text(value: Any) -> str:
    """A value as text, alike from where there are booleans and from SQLite, which has none."""
    return {"False": "0", "True": "1"}.get(str(value), str(value))


def _read_csv(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file, strict=True))
    except OSError as exc:
        raise Unreadable(
            f"{path} cannot be read: {exc.strerror}; make report RUN={path.parent} writes it"
        ) from exc
    except (csv.Error, UnicodeDecodeError) as exc:
        raise Unreadable(f"{path} is damaged: {exc}") from exc
