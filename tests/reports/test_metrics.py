"""Every metric is documented, and every documented metric exists."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # ships no types

from reports.metrics import CATALOGUE
from reports.rows import COLUMNS
from reports.tables import SCHEMA as SCHEMA_VERSION

SCHEMA = Path(__file__).parents[2] / "reports" / "schemas" / "results.schema.json"
DOCUMENT = Path(__file__).parents[2] / "docs" / "metrics.md"
EXAMPLE = Path(__file__).parents[2] / "docs" / "example-report" / "results.csv"


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
    assert tuple(schema["$defs"]["result"]["properties"]) == COLUMNS
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
    assert header == list(COLUMNS)
    assert all(len(row) == len(header) for row in rows)


def test_every_column_is_documented() -> None:
    """A column that nobody explains cannot be told from its neighbour."""
    table = DOCUMENT.read_text().partition("| columns |")[2].partition("\n\n")[0]
    cells = [line.split(" | ")[0] for line in table.splitlines()[2:]]
    assert sorted(re.findall(r"`(\w+)`", " ".join(cells))) == sorted(COLUMNS)


def test_every_metric_is_in_the_example_or_has_a_reason_why_not() -> None:
    """What is documented and never recorded is a promise that nobody keeps."""
    with EXAMPLE.open(newline="") as file:
        shown = {row["metric"] for row in csv.DictReader(file)}
    absent = DOCUMENT.read_text().partition("## Not in the published example")[2]
    excused = {
        name
        for line in absent.splitlines()
        for name in re.findall(r"`(\w+)`", line[: line.rfind("|", 0, -1)])
    }
    assert CATALOGUE.keys() - shown == excused & CATALOGUE.keys()


def test_the_lines_of_pandas_give_one_cost_a_scheme(capsys: pytest.CaptureFixture[str]) -> None:
    """As printed; they mix neither loads nor distances, or a scheme would have two."""
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.S)
    assert len([line for line in code.splitlines() if line]) == 5
    names: dict[str, Any] = {}
    exec(code, names)
    costs = names["rows"]
    assert costs.scheme.is_unique
    with EXAMPLE.open(newline="") as file:
        known = {
            row["scheme"]: float(row["value"])
            for row in csv.DictReader(file)
            if row["metric"] == "auth_us_cost_p50"
            and (row["design"], row["load"]) == ("interleaved", "low")
            and row["mechanism"] != "control"
        }
    assert dict(zip(costs.scheme, costs.value, strict=True)) == known
    assert "Session in Redis" in capsys.readouterr().out


def test_csv_holds_documented_metrics_alone(rendered: Path) -> None:
    """No name without a meaning."""
    with (rendered / "results.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["metric"] for row in rows} <= CATALOGUE.keys()
    # The grid of conditions has the metrics of other measures, under conditions of its own.
    assert all(row["measure"] in (CATALOGUE[row["metric"]].measure, "scale") for row in rows)
    assert all(row["unit"] == CATALOGUE[row["metric"]].unit for row in rows)
