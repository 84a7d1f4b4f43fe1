"""Every metric is documented, and every documented metric exists."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # ships no types

from reports.metrics import CATALOGUE
from reports.rows import COLUMNS
from reports.tables import SCHEMA as SCHEMA_VERSION

SCHEMA = Path(__file__).parents[2] / "reports" / "schemas" / "results.schema.json"
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


def test_json_is_what_its_schema_says(rendered: Path) -> None:
    """A program that reads it may rely on the schema, which forbids what it does not name."""
    schema = json.loads(SCHEMA.read_text())
    Draft202012Validator.check_schema(schema)
    content = json.loads((rendered / "results.json").read_text())
    Draft202012Validator(schema).validate(content)
    assert content["schema"] == SCHEMA_VERSION == schema["properties"]["schema"]["const"]
    assert tuple(content["results"][0]) == COLUMNS
    units = schema["$defs"]["result"]["properties"]["unit"]["enum"]
    assert {metric.unit for metric in CATALOGUE.values()} == set(units)


def test_the_schema_refuses_what_it_does_not_name(rendered: Path) -> None:
    """It could not hold anything together otherwise."""
    content = json.loads((rendered / "results.json").read_text())
    content["results"][0]["surprise"] = 1
    validator = Draft202012Validator(json.loads(SCHEMA.read_text()))
    assert not validator.is_valid(content)


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
    # The grid of conditions has the metrics of other measures, under conditions of its own.
    assert all(row["measure"] in (CATALOGUE[row["metric"]].measure, "scale") for row in rows)
    assert all(row["unit"] == CATALOGUE[row["metric"]].unit for row in rows)
