from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from audit.command import DIFFERENT, UNUSABLE, verify
from bench.records import FILE
from tests.altering import alter, asked

from .reporting import write_reported_run


def _verify(folder: Path) -> Result:
    return CliRunner().invoke(verify, ["--all", str(folder)])


def _change(path: Path, metric: str, column: str, change: Callable[[str], str]) -> None:
    """Change one cell of the first row of *metric* in results.csv."""
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    row = next(row for row in rows if row["metric"] == metric and row[column])
    row[column] = change(row[column])
    _save(path, rows)


def _save(path: Path, rows: list[dict[str, str]]) -> None:
    target = io.StringIO()
    writer = csv.DictWriter(target, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(target.getvalue())


def test_a_report_that_follows_from_its_records_is_verified(tmp_path: Path) -> None:
    done = _verify(write_reported_run(tmp_path / "run", samples=1_000))
    assert done.exit_code == 0, done.stderr
    assert "verified: every figure follows from the records" in done.stdout


def test_figures_one_part_in_ten_thousand_off_are_named(copy: Path) -> None:
    """Whichever column it is, each is found and named with the row it stands in."""
    path = copy / "results.csv"
    wrong = {
        "auth_us_cost_p50": "value",
        "auth_us_p50": "ci_low",
        "request_ms_p90": "ci_high",
        "revoke_ms_p50": "value",
        "cost_ratio_p50": "ci_high",
        "aa_noise_store_us": "value",
    }
    for metric, column in wrong.items():
        _change(path, metric, column, lambda value: f"{float(value) * 1.0001:.6g}")
    for metric, column in {"service_ms_p50": "n", "late_accepts": "rounds"}.items():
        _change(path, metric, column, lambda value: str(int(value) + 1))
    done = _verify(copy)
    assert done.exit_code == DIFFERENT
    for metric, column in {**wrong, "service_ms_p50": "n", "late_accepts": "rounds"}.items():
        lines = [line for line in done.stderr.splitlines() if f" {metric}" in line]
        assert [line for line in lines if f"{column} is" in line], metric


def test_a_row_that_was_left_out_is_named(copy: Path) -> None:
    """A report that shows only what suits it is found out."""
    path = copy / "results.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    gone = next(row for row in rows if row["metric"] == "late_accepts")
    _save(path, [row for row in rows if row is not gone])
    done = _verify(copy)
    assert done.exit_code == DIFFERENT
    assert f"{gone['scheme']} late_accepts" in done.stderr
    assert "is in the records and not in the report" in done.stderr


def test_a_metric_that_nothing_recomputes_is_a_difference(copy: Path) -> None:
    _change(copy / "results.csv", "request_bytes", "metric", lambda _: "marvels_max")
    done = _verify(copy)
    assert done.exit_code == DIFFERENT
    assert "nothing recomputes these metrics: payload marvels_max" in done.stderr


def test_a_copy_that_says_something_else_is_named(copy: Path) -> None:
    """The data of the charts, and results.json, are the rows of results.csv."""
    chart = copy / "charts" / "some.csv"
    chart.write_text(chart.read_text().replace(",us,", ",ms,", 1))
    done = _verify(copy)
    assert done.exit_code == DIFFERENT
    assert "stands otherwise in some.csv than in results.csv" in done.stderr


def test_a_row_of_the_table_beside_the_records_that_says_something_else_is_named(
    copy: Path,
) -> None:
    """Who queries the file gets the figures of the report."""
    alter(copy, "UPDATE results SET value = value + 1 WHERE rowid = 5")
    done = _verify(copy)
    assert done.exit_code == DIFFERENT
    assert "stands otherwise in the table results than in results.csv" in done.stderr


def test_validity_is_recomputed(copy: Path) -> None:
    """Figure by figure: a gate that a report hides is found out, with what it touches."""
    note = "session-cookie-redis: a tampered credential gave 200"
    alter(copy, "INSERT INTO gates VALUES ('tampered_refused', 0, 200, 401, '', ?, NULL)", note)
    done = _verify(copy)
    assert done.exit_code == DIFFERENT
    assert "valid is True" in done.stderr
    named = [line for line in done.stderr.splitlines() if "is said to be sound ()" in line]
    assert named
    assert all("session-cookie-redis" in line and "withheld" in line for line in named)
    assert not any("request_bytes" in line for line in named)


def test_changed_records_are_found_out(copy: Path) -> None:
    """One sample in a thousand, in one block of six, makes another figure."""
    where = "name = 'auth_ns' AND cell LIKE '%-span-%-session-cookie-redis' ORDER BY cell"
    [(cell, data), *_] = asked(copy, f"SELECT cell, data FROM samples WHERE {where}")
    assert isinstance(data, bytes)
    took_ns = np.frombuffer(zlib.decompress(data), "<i8").copy()
    took_ns[: len(took_ns) // 2] //= 2
    sql = "UPDATE samples SET data = ? WHERE name = 'auth_ns' AND cell = ?"
    alter(copy, sql, zlib.compress(took_ns.tobytes()), cell)
    done = _verify(copy)
    assert done.exit_code == DIFFERENT
    assert "session-cookie-redis auth_us_p50" in done.stderr


@pytest.mark.parametrize("name", [FILE, "results.csv", "results.json"])
def test_a_file_that_is_damaged_is_named(copy: Path, name: str) -> None:
    (copy / name).write_bytes(b'{"\xff')
    done = _verify(copy)
    assert done.exit_code == UNUSABLE
    assert name in done.stderr


def test_a_damaged_cell_is_named(copy: Path) -> None:
    alter(copy, "UPDATE samples SET data = x'00' WHERE rowid = 3")
    done = _verify(copy)
    assert done.exit_code == UNUSABLE
    assert str(copy / FILE) in done.stderr


def test_a_run_without_its_records_is_refused(copy: Path) -> None:
    """A committed report without raw data is no evidence that can be checked."""
    (copy / FILE).unlink()
    done = _verify(copy)
    assert done.exit_code == UNUSABLE
    assert "no raw records" in done.stderr


def test_figures_of_requests_to_a_far_store_are_recomputed_under_their_own_conditions(
    copy: Path,
) -> None:
    """Their distance is part of what they are: a row that loses it is no longer known."""
    path = copy / "results.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    far = [row for row in rows if row["measure"] == "lookup" and row["design"] == "far"]
    assert {"auth_us_cost_p50", "auth_us_p50", "request_ms_p50"} <= {row["metric"] for row in far}
    assert all(float(row["store_rtt_ms"]) > 0 for row in far)
    cost = next(row for row in far if row["metric"] == "auth_us_cost_p50")
    median = next(row for row in far if row["metric"] == "auth_us_p50")
    cost["value"], median["store_rtt_ms"] = f"{float(cost['value']) * 1.001:.6g}", ""
    _save(path, rows)
    done = _verify(copy)
    assert done.exit_code == DIFFERENT
    said = [line for line in done.stderr.splitlines() if "results.csv" not in line]
    assert any("auth_us_cost_p50" in line and "value is" in line for line in said)
    assert any("auth_us_p50" in line and "records hold nothing like it" in line for line in said)
