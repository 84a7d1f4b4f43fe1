"""The last run of the bench and what was predicted, read as files: results.json and TOML."""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

LATEST = Path("reports/generated/latest")
EXAMPLE = Path(__file__).parents[2] / "docs" / "example-report"
"""The published example; not there where the project is installed without its docs."""
PREDICTIONS = Path("my-workshop")
MAX_ROWS = 12
MAX_RESULTS_BYTES = 64 * 2**20
FINDINGS = (
    (
        "lookup",
        "auth_us_cost_p50",
        "What does it cost to know the caller?",
        "Microseconds a request",
    ),
    (
        "revocation",
        "window_ms_worst",
        "How long does a revoked credential work?",
        "Milliseconds at worst",
    ),
    (
        "payload",
        "request_bytes",
        "How many bytes does a request carry for it?",
        "Bytes, without user data",
    ),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One scheme's figure."""

    scheme: str
    value: str
    interval: str


@dataclass(frozen=True, slots=True)
class Table:
    """One finding."""

    title: str
    unit: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Run:
    """What the page says of a run."""

    name: str
    plan: str
    state: str
    valid: bool
    page: str
    tables: list[Table]


@dataclass(frozen=True, slots=True)
class Prediction:
    """What somebody expected, as it was saved."""

    lab: str
    question: str
    answer: str


def last_run(folder: Path = LATEST) -> Run | str:
    """Return the run under *folder*, or what is missing and how to get it."""
    file = folder / "results.json"
    if not file.is_file():
        return (
            f"There is no run at {folder}, seen from the folder this app was started in. Make one:"
        )
    try:
        if file.stat().st_size > MAX_RESULTS_BYTES:
            return f"{file} is larger than this page reads. Make a smaller run:"
        found = json.loads(file.read_text(encoding="utf-8"))
        tables = [_table(found["results"], *finding) for finding in FINDINGS]
        return Run(
            str(found["run"]),
            str(found["plan"]),
            str(found["state"]),
            bool(found["valid"]),
            str(folder / "index.html"),
            [table for table in tables if table.rows],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return f"{file} cannot be read as results of a run. Make another:"


@lru_cache(maxsize=1)
def example(folder: Path = EXAMPLE) -> Run | None:
    """Return the published example, which has its figures as CSV; None where there is none."""
    metrics = {metric for _, metric, *_ in FINDINGS}
    try:
        with (folder / "results.csv").open(encoding="utf-8", newline="") as file:
            rows = [_numbered(row) for row in csv.DictReader(file) if row["metric"] in metrics]
        if not rows or not (folder / "index.html").is_file():
            return None
        name = str(rows[0]["run"])
        tables = [_table(rows, *finding) for finding in FINDINGS]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    plan = name.rpartition("-")[2]
    return Run(name, plan, "complete", True, "docs/example-report/index.html", tables)


def _numbered(row: Mapping[str, str]) -> dict[str, Any]:
    """Return a row of the CSV with its numbers as numbers."""
    numbers = {
        name: float(row[name]) if row[name] else None
        for name in ("value", "ci_low", "ci_high", "claims")
    }
    return {**row, **numbers}


def whole_report(folder: Path = LATEST) -> bytes | None:
    """Return the report's page; None if there is none."""
    try:
        return (folder / "index.html").read_bytes()
    except OSError:
        return None


def predictions(folder: Path = PREDICTIONS) -> list[Prediction]:
    """Return every prediction under *folder*, in the order of the labs, without damaged files."""
    return [each for file in sorted(folder.glob("*/predictions.toml")) for each in _read(file)]


def _read(file: Path) -> list[Prediction]:
    try:
        text = file.read_text(encoding="utf-8")
        answers = tomllib.loads(text)
    except (OSError, ValueError):
        return []
    asked = _questions(text)
    return [
        Prediction(file.parent.name, asked.get(key, key), str(answer))
        for key, answer in answers.items()
    ]


def _questions(text: str) -> dict[str, str]:
    """Return the comment above each key: the question, as the workshop writes it down."""
    found, above = {}, ""
    for line in text.splitlines():
        if line.startswith("#"):
            above = line.lstrip("# ")
        elif "=" in line:
            found[line.partition("=")[0].strip()] = above or line.partition("=")[0].strip()
            above = ""
    return found


def _table(
    results: Iterable[Mapping[str, Any]], measure: str, metric: str, title: str, unit: str
) -> Table:
    wanted: dict[str, Mapping[str, Any]] = {}
    for row in results:
        if (row["measure"], row["metric"]) != (measure, metric) or row["value"] is None:
            continue
        if measure == "payload" and row.get("claims"):
            continue
        known = wanted.get(row["scheme"])
        # Several conditions of one scheme: the worst of them, as the report's first table has it.
        if known is None or row["value"] > known["value"]:
            wanted[row["scheme"]] = row
    ordered = sorted(wanted.values(), key=lambda row: (row["value"], row["scheme"]))
    return Table(title, unit, [_row(row) for row in ordered[:MAX_ROWS]])


def _row(row: Mapping[str, Any]) -> Row:
    low, high = row["ci_low"], row["ci_high"]
    interval = "" if low is None or high is None or low == high else f"{low:.4g} to {high:.4g}"
    return Row(str(row["scheme"]), f"{row['value']:.4g}", interval)
