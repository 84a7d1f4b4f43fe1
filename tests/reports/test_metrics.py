"""Every metric is documented, and every documented metric exists."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from reports.metrics import CATALOGUE
from reports.rows import COLUMNS

DOCUMENT = Path(__file__).parents[2] / "docs" / "metrics.md"
DESIGNED = (
    "run,measure,scheme,metric,unit,value,ci_low,ci_high,n,rounds,"
    "nodes,store_rtt_ms,population,claims,note"
)


def test_document_and_catalogue_name_the_same_metrics() -> None:
    """docs/metrics.md has one line a metric, with its unit."""
    lines = re.findall(r"^\| `(\w+)` \| (\S+) \| (.+) \| (.+) \|$", DOCUMENT.read_text(), re.M)
    documented = {name: unit for name, unit, _, _ in lines}
    assert documented == {name: metric.unit for name, metric in CATALOGUE.items()}
    assert len(lines) == len(documented)


def test_csv_has_exactly_the_designed_columns(rendered: Path) -> None:
    """The header is a promise to whoever reads it by a program."""
    with (rendered / "results.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == DESIGNED.split(",") == list(COLUMNS)
    assert all(len(row) == len(header) for row in rows)


def test_csv_holds_documented_metrics_alone(rendered: Path) -> None:
    """No name without a meaning."""
    with (rendered / "results.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["metric"] for row in rows} <= CATALOGUE.keys()
    assert all(row["measure"] == CATALOGUE[row["metric"]].measure for row in rows)
    assert all(row["unit"] == CATALOGUE[row["metric"]].unit for row in rows)
