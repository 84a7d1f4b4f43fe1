"""What a run records comes back as it was, is saved whole or not at all, and can be queried."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from bench.records import (
    CARD,
    FILE,
    Arm,
    Cell,
    Environment,
    Gate,
    NeverWritten,
    Part,
    Recorded,
    Run,
    forget_unfinished,
    read_all,
    read_arrays,
    read_cells,
    read_environment,
    read_parts,
    read_run,
    write_cell,
    write_environment,
    write_part,
    write_results,
    write_run,
)
from tests.altering import asked

GATE = Gate(name="steal", passed=False, value=3.0, limit=2.0, unit="%")
RUN = Run(
    name="run",
    plan="smoke",
    seed=2**32 - 1,
    started_at=1.5,
    blocks=1,
    arms=[Arm(name="control-again", scheme="control", title="No check"), Arm(name="b", scheme="b")],
    settings={"plan": {"blocks": 1, "names": ["a", None]}},
    gates=[GATE],
)
CELL = Cell(
    id="0001-lookup-hot-b00-control",
    measure="lookup",
    layer="hot",
    arm="control",
    conditions={"population": 10.0},
    figures={"store_reads": 1.0},
    gates=[GATE, replace(GATE, name="other", passed=True)],
)
ARRAYS = {"verify_ns": np.arange(1000, dtype=np.int64)}


def test_a_run_comes_back_as_it_was(tmp_path: Path) -> None:
    write_run(tmp_path, RUN)
    write_run(tmp_path, RUN)
    assert read_run(tmp_path) == RUN


def test_a_run_that_goes_on_replaces_what_was_known(tmp_path: Path) -> None:
    """Its schemes and its gates as well, and not the gates of its cells."""
    write_run(tmp_path, RUN)
    write_cell(tmp_path, CELL)
    ended = replace(RUN, state="complete", ended_at=2.0, gates=[], arms=RUN.arms[:1])
    write_run(tmp_path, ended)
    assert read_run(tmp_path) == ended
    assert read_cells(tmp_path) == [CELL]


def test_an_environment_comes_back_as_it_was(tmp_path: Path) -> None:
    environment = Environment(
        machine={"cpu": "x", "cores": 2}, versions={"python": "3"}, dirty=True
    )
    write_run(tmp_path, RUN)
    with pytest.raises(NeverWritten, match="holds no environment"):
        read_environment(tmp_path)
    write_environment(tmp_path, environment)
    assert read_environment(tmp_path) == environment


def test_a_cell_comes_back_with_its_arrays(tmp_path: Path) -> None:
    write_cell(tmp_path, CELL, ARRAYS)
    [(cell, arrays)] = read_all(tmp_path)
    assert cell == replace(CELL, arrays=["verify_ns"])
    assert np.array_equal(arrays["verify_ns"], ARRAYS["verify_ns"])
    assert np.array_equal(read_arrays(tmp_path, cell)["verify_ns"], ARRAYS["verify_ns"])


@pytest.mark.parametrize("kind", ["<i8", ">i8", "<i4", "<i2", "i1", "<u4", "<f8", "?"])
def test_numbers_of_every_type_come_back(tmp_path: Path, kind: str) -> None:
    """Empty arrays too; in the order of bytes of the format, whatever the machine's is."""
    numbers = np.array([0, 1, 100], dtype=kind)
    write_cell(tmp_path, CELL, {"some": numbers, "none": numbers[:0]})
    [(cell, arrays)] = read_all(tmp_path)
    assert cell.arrays == ["none", "some"]
    assert arrays["some"].tolist() == numbers.tolist()
    assert arrays["some"].dtype == numbers.dtype.newbyteorder("<")
    assert arrays["none"].size == 0


@pytest.mark.parametrize("array", [np.zeros((2, 2)), np.array(["a"]), np.array([{}], dtype=object)])
def test_what_is_no_list_of_numbers_is_not_saved(tmp_path: Path, array: Any) -> None:
    with pytest.raises(ValueError, match="verify_ns of 0001-lookup-hot-b00-control is not a list"):
        write_cell(tmp_path, CELL, {"verify_ns": array})


def test_a_cell_saved_again_is_replaced_and_stays_with_its_part(tmp_path: Path) -> None:
    write_part(tmp_path, Part(name="lookup/0"), [Recorded(CELL, ARRAYS)])
    again = replace(CELL, figures={"store_reads": 2.0}, gates=[])
    write_cell(tmp_path, again, {"other_ns": np.arange(2)})
    assert read_cells(tmp_path, "lookup/0") == [replace(again, arrays=["other_ns"])]


def test_cells_come_in_the_order_of_measuring(tmp_path: Path) -> None:
    for number in (3, 1, 2):
        write_cell(tmp_path, Cell(id=f"000{number}-x", measure="payload", arm="control"))
    assert [cell.id for cell in read_cells(tmp_path)] == ["0001-x", "0002-x", "0003-x"]


def test_cells_of_no_finished_part_can_be_forgotten(tmp_path: Path) -> None:
    """With their samples and their gates; the finished part keeps its own."""
    half = replace(CELL, id="0002-half")
    part = Part(name="lookup/0", gates=[GATE], repeated=["a block"])
    write_part(tmp_path, part, [Recorded(CELL, ARRAYS)])
    write_part(tmp_path, None, [Recorded(half, ARRAYS)])
    assert len(read_cells(tmp_path)) == 2
    forget_unfinished(tmp_path)
    assert read_parts(tmp_path) == [part]
    assert [cell.id for cell in read_cells(tmp_path)] == [CELL.id]
    for table in ("samples", "gates"):
        sql = f"SELECT DISTINCT cell FROM {table} WHERE cell IS NOT NULL"
        assert asked(tmp_path, sql) == [(CELL.id,)]


def test_a_struct_within_a_struct_comes_back(tmp_path: Path) -> None:
    """Whatever a later version records of a scheme: what is no scalar is JSON."""
    plan = {"nested": {"deep": [1, 2.5, "x", None, True]}}
    write_run(tmp_path, replace(RUN, settings=plan))
    assert read_run(tmp_path).settings == plan


def test_a_writer_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    write_run(tmp_path, RUN)
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(TypeError):
        write_run(tmp_path, replace(RUN, settings={"x": object()}))
    with pytest.raises(ValueError, match="not a list"):
        write_part(
            tmp_path, Part(name="a"), [Recorded(CELL, ARRAYS), Recorded(CELL, {"b": np.eye(2)})]
        )
    assert (tmp_path / FILE).read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE, CARD]


def test_scripts_read_what_a_run_is_without_sqlite(tmp_path: Path) -> None:
    """A copy, which is true at every end of a run."""
    write_run(tmp_path, RUN)
    write_run(tmp_path, replace(RUN, state="interrupted", reason="stopped by a signal"))
    card = json.loads((tmp_path / CARD).read_bytes())
    assert (card["name"], card["state"]) == (RUN.name, "interrupted")
    assert card["reason"] == "stopped by a signal"
    assert [arm["name"] for arm in card["arms"]] == [arm.name for arm in RUN.arms]


def test_kill_in_the_middle_of_writing_leaves_whole_parts(tmp_path: Path) -> None:
    """A writer is killed at any instant; every part that can be seen is whole."""
    code = f"""
import numpy as np
from pathlib import Path
from bench.records import Cell, Part, Recorded, write_part
arrays = {{"verify_ns": np.random.default_rng(1).integers(2**60, size=20_000)}}
for number in range(10_000):
    cells = [Cell(id=f"{{number:05d}}-{{n}}", measure="lookup", arm="a") for n in range(3)]
    part = Part(name=str(number))
    write_part(Path({str(tmp_path)!r}), part, [Recorded(cell, arrays) for cell in cells])
    print(number, flush=True)
"""
    writer = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    try:
        for _ in range(3):
            writer.stdout.readline()
        time.sleep(0.003)  # not for a state: to be at no particular instant of the loop
    finally:
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
    found = read_all(tmp_path)
    parts = read_parts(tmp_path)
    assert len(parts) >= 3
    assert len(found) == 3 * len(parts)
    assert {len(each.arrays["verify_ns"]) for each in found} == {20_000}
    write_run(tmp_path, RUN)
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE, CARD], "no journal at rest"


def test_a_disk_that_is_full_is_an_error_of_the_disk(tmp_path: Path) -> None:
    """A limit on the size of files stands in for one; what was there can still be read."""
    write_run(tmp_path, RUN)
    code = f"""
import numpy as np
from pathlib import Path
from bench.records import Cell, write_cell
noise = np.random.default_rng(1).integers(2**60, size=20_000)
try:
    write_cell(Path({str(tmp_path)!r}), Cell(id="1", measure="lookup", arm="a"), {{"a": noise}})
except OSError as exc:
    print(exc.filename)
"""
    limited = ["bash", "-c", 'ulimit -f 40; exec "$0" -c "$1"', sys.executable, code]
    done = subprocess.run(limited, capture_output=True, text=True, check=True)
    assert done.stdout == f"{tmp_path / FILE}\n"
    assert read_run(tmp_path) == RUN
    assert read_cells(tmp_path) == []


def test_figures_of_a_report_are_a_table(tmp_path: Path) -> None:
    """Written again they change nothing, to the byte: whoever renders a published file keeps it."""
    write_run(tmp_path, RUN)
    columns, rows = ("metric", "value", "n"), [("a", 0.5, 3), ("b", 1, None)]
    write_results(tmp_path, columns, rows)
    before = (tmp_path / FILE).read_bytes()
    write_results(tmp_path, columns, rows)
    assert (tmp_path / FILE).read_bytes() == before
    write_results(tmp_path, ("metric", "note"), [("c", "x")])
    assert asked(tmp_path, "SELECT metric, note FROM results") == [("c", "x")]
    assert read_run(tmp_path) == RUN


def test_sqlite_and_zlib_alone_read_records(tmp_path: Path) -> None:
    """Whoever does not trust this project needs none of it to see the samples: docs/records.md."""
    write_run(tmp_path, RUN)
    write_cell(tmp_path, CELL, ARRAYS)
    code = """
import sqlite3, sys, zlib
from array import array
db = sqlite3.connect("records.sqlite")
arm, population = db.execute("SELECT arm, conditions ->> 'population' FROM cells").fetchone()
((data,),) = db.execute("SELECT data FROM samples WHERE name = 'verify_ns'")
print(arm, population, sum(array("q", zlib.decompress(data))))
print(sorted({"bench", "sessions", "tokens", "demo", "reports", "msgspec"} & sys.modules.keys()))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "control 10.0 499500\n[]\n"
