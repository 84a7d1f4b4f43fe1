from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it has none
import pytest
from click.testing import CliRunner, Result

from bench.league import adding, command
from bench.league.adding import entry_of
from bench.league.entry import (
    FOLDER,
    SCHEMA,
    Entry,
    decode,
    encode,
    file_name,
    name_from,
    read_all,
    schema,
)
from bench.league.page import BEGIN, END, PAGE, read_page, with_entries
from bench.processes.children import BenchError
from tests.altering import alter
from tests.audit.reporting import write_reported_run, write_results_of

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole, valid, quiet run of a committed program, and its report."""
    folder = write_reported_run(tmp_path_factory.mktemp("league") / "synthetic")
    alter(folder, 'UPDATE environment SET "commit" = ?', COMMIT)
    return folder


@pytest.fixture
def copy(run: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(run, tmp_path / "run"))


@pytest.fixture(scope="module")
def entry(run: Path) -> Entry:
    return entry_of(run, "")


@pytest.fixture
def league(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A league of its own, so that tests add nothing to the real one."""
    monkeypatch.setattr(command, "FOLDER", tmp_path / "league")
    monkeypatch.setattr(command, "PAGE", tmp_path / "league.md")
    (tmp_path / "league.md").write_text(f"# A league\n\n{BEGIN}\n{END}\n\nAfter.\n")
    return tmp_path / "league"


def _edit(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def _call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command.league, list(map(str, arguments)))


def test_an_entry_is_small_and_of_the_schema(entry: Entry) -> None:
    content = encode(entry)
    assert len(content) < 8 * 1024
    jsonschema.validate(json.loads(content), json.loads(SCHEMA.read_text()))
    assert decode(content, Path("x")) == entry


def test_an_entry_says_what_the_run_found(entry: Entry) -> None:
    assert (entry.name, entry.date, entry.commit) == ("example-cpu-2-cores", "2026-09-21", COMMIT)
    assert entry.injected_us == 100
    assert entry.recovered_us.value == pytest.approx(100, abs=5)
    token = entry.schemes["token-bearer-hs256-expiry"]
    assert token.check_us.value == pytest.approx(40, abs=5)
    assert token.window_ms == pytest.approx(2000, abs=500)
    assert token.request_bytes == 312
    assert not [name for name in entry.schemes if name.startswith("control")]


def test_the_committed_schema_is_that_of_the_type() -> None:
    assert SCHEMA.read_bytes() == schema(), "python -c 'from bench.league.entry import *; …'"


def test_every_entry_of_the_league_keeps_to_the_schema() -> None:
    for entry in read_all(FOLDER):
        jsonschema.validate(json.loads(encode(entry)), json.loads(SCHEMA.read_text()))


def test_the_page_shows_the_entries_as_they_are() -> None:
    text = read_page(PAGE)
    assert with_entries(text, read_all(FOLDER)) == text, "python -m bench league page"


def test_adding_writes_the_entry_and_the_page(run: Path, league: Path) -> None:
    done = _call("add", run, "--name", "Our Server")
    assert done.exit_code == 0, done.stderr
    (path,) = league.iterdir()
    assert path.name == "2026-09-21-our-server.json"
    page = (league.parent / "league.md").read_text()
    assert "| our-server (2026-09-21) |" in page
    assert page.endswith("After.\n")
    assert _call("page", "--check").exit_code == 0
    again = _call("add", run, "--name", "Our Server")
    assert again.exit_code == 1
    assert "is there already" in again.stderr


def test_a_page_that_is_not_current_fails_the_check(entry: Entry, league: Path) -> None:
    league.mkdir()
    (league / file_name(entry)).write_bytes(encode(entry))
    done = _call("page", "--check")
    assert done.exit_code == 1
    assert "does not show the entries as they are" in done.stderr
    assert _call("page").exit_code == 0
    assert _call("page", "--check").exit_code == 0


def test_uncommitted_changes_are_refused(copy: Path, league: Path) -> None:
    alter(copy, "UPDATE environment SET dirty = 1")
    done = _call("add", copy)
    assert done.exit_code == 1
    assert "commit first, then measure" in done.stderr
    assert not league.exists()


def test_an_interrupted_run_is_refused(copy: Path) -> None:
    alter(copy, "UPDATE run SET state = 'interrupted'")
    _edit(copy / "results.json", state="interrupted")
    with pytest.raises(BenchError, match="it is interrupted"):
        entry_of(copy, "")


def test_a_smoke_run_is_refused(copy: Path) -> None:
    alter(copy, "UPDATE run SET plan = 'smoke'")
    _edit(copy / "results.json", plan="smoke")
    with pytest.raises(BenchError, match="too short"):
        entry_of(copy, "")


def test_a_run_with_withheld_figures_is_refused(copy: Path) -> None:
    note = "session-cookie-redis: a tampered credential gave 200"
    alter(copy, "INSERT INTO gates VALUES ('tampered_refused', 0, 200, 401, '', ?, NULL)", note)
    shutil.rmtree(copy / "charts")
    write_results_of(copy)
    with pytest.raises(BenchError, match="withheld: session-cookie-redis accepted a tampered"):
        entry_of(copy, "")


def test_a_figure_that_does_not_follow_from_the_records_is_refused(copy: Path) -> None:
    path = copy / "results.csv"
    row = "token-bearer-hs256-expiry,auth_us_cost_p50,us,"
    path.write_text(path.read_text().replace(row, f"{row}1", 1))
    with pytest.raises(BenchError, match="do not follow from its records"):
        entry_of(copy, "")


def test_a_run_without_records_is_refused(copy: Path) -> None:
    alter(copy, "DELETE FROM cells")
    with pytest.raises(BenchError, match="no raw records"):
        entry_of(copy, "")


@pytest.mark.parametrize(
    ("noise", "value", "low", "high", "said"),
    [
        (30.0, 100.0, 99.0, 101.0, "differed by up to 30 us"),
        (2.0, 130.0, 99.0, 150.0, "was found as 130 us"),
        (2.0, 92.0, 91.0, 93.0, "does not cover it"),
    ],
)
def test_controls_that_fail_are_refused(
    copy: Path,
    monkeypatch: pytest.MonkeyPatch,
    noise: float,
    value: float,
    low: float,
    high: float,
    said: str,
) -> None:
    """With the rows of such a run: drawing one for each would say no more."""
    changed = {
        "aa_noise_us": {"value": noise},
        "recovered_delay_us": {"value": value, "ci_low": low, "ci_high": high},
    }
    rows = json.loads((copy / "results.json").read_text())["results"]
    rows = [row | changed.get(row["metric"], {}) for row in rows]
    monkeypatch.setattr(adding, "_verified_rows", lambda _: rows)
    with pytest.raises(BenchError, match=said):
        entry_of(copy, "")


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b'{"schema": 1}', b"\xff", b" " * 70_000, b'{"schema": 2}']
)
def test_what_is_no_entry_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "2026-01-01-x.json").write_bytes(content)
    with pytest.raises(BenchError, match=r"2026-01-01-x\.json is no entry of the league"):
        read_all(tmp_path)


def test_an_entry_under_another_name_is_named(entry: Entry, tmp_path: Path) -> None:
    (tmp_path / "2026-01-01-x.json").write_bytes(encode(entry))
    with pytest.raises(BenchError, match="belongs in 2026-09-21-example-cpu-2-cores"):
        read_all(tmp_path)


def test_a_field_that_the_schema_does_not_know_is_refused(entry: Entry) -> None:
    content = json.dumps(json.loads(encode(entry)) | {"host": "secret"}).encode()
    with pytest.raises(BenchError, match="host"):
        decode(content, Path("x"))


def test_names_are_fit_for_files() -> None:
    assert name_from(["AMD EPYC(tm) 7763/64", "2 cores"]) == "amd-epyc-tm-7763-64-2-cores"
    assert name_from(["../../etc/passwd"]) == "etc-passwd"
