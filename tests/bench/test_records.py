from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from bench.plans import STANDARD
from bench.records import (
    Arm,
    Cell,
    DamagedRecord,
    Gate,
    NotARun,
    Run,
    read_arrays,
    read_cells,
    read_environment,
    read_run,
    write_cell,
    write_run,
)

RUN = Run(
    name="run",
    plan="smoke",
    seed=7,
    started_at=1.5,
    blocks=1,
    arms=[Arm(name="control-again", scheme="control", notes={"a": "b"})],
    gates=[Gate(name="steal", passed=False, value=3.0, limit=2.0, unit="%")],
)
CELL = Cell(
    id="0001-lookup-hot-b00-control",
    measure="lookup",
    layer="hot",
    arm="control",
    conditions={"population": 10.0},
    figures={"store_reads": 1.0},
)
ARRAYS = {"verify_ns": np.arange(1000, dtype=np.int64)}


def test_a_run_comes_back_as_it_was(tmp_path: Path) -> None:
    write_run(tmp_path, RUN)
    assert read_run(tmp_path) == RUN


def test_a_cell_comes_back_with_its_arrays(tmp_path: Path) -> None:
    write_cell(tmp_path, CELL, ARRAYS)
    (cell,) = read_cells(tmp_path)
    assert cell.arrays == ["verify_ns"]
    assert np.array_equal(read_arrays(tmp_path, cell)["verify_ns"], ARRAYS["verify_ns"])


def test_cells_come_in_the_order_of_measuring(tmp_path: Path) -> None:
    for number in (3, 1, 2):
        write_cell(tmp_path, Cell(id=f"000{number}-x", measure="payload", arm="control"))
    assert [cell.id for cell in read_cells(tmp_path)] == ["0001-x", "0002-x", "0003-x"]


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotARun, match=r"has no run\.json"):
        read_run(tmp_path)


def test_a_run_of_another_format_is_refused(tmp_path: Path) -> None:
    write_run(tmp_path, RUN)
    path = tmp_path / "run.json"
    path.write_text(path.read_text().replace('"format": 1', '"format": 999'))
    with pytest.raises(NotARun, match="format 999"):
        read_run(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"{", b'{"format":', b"\xff\xfe", b"[]", b'{"name": 3}'])
def test_a_damaged_run_is_named(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "run.json").write_bytes(damage)
    with pytest.raises(DamagedRecord, match=r"run\.json is damaged"):
        read_run(tmp_path)


@pytest.mark.parametrize("kept", [0, 1, 30, 200])
def test_damaged_arrays_are_named(tmp_path: Path, kept: int) -> None:
    """However much of the file is left."""
    write_cell(tmp_path, CELL, ARRAYS)
    path = tmp_path / "records" / f"{CELL.id}.npz"
    path.write_bytes(path.read_bytes()[:kept])
    (cell,) = read_cells(tmp_path)
    with pytest.raises(DamagedRecord, match=f"{CELL.id}.npz cannot be read"):
        read_arrays(tmp_path, cell)


def test_arrays_that_are_missing_are_named(tmp_path: Path) -> None:
    write_cell(tmp_path, CELL, ARRAYS)
    (tmp_path / "records" / f"{CELL.id}.npz").unlink()
    (cell,) = read_cells(tmp_path)
    with pytest.raises(DamagedRecord, match=f"{CELL.id}.npz"):
        read_arrays(tmp_path, cell)


def test_pickled_arrays_are_refused(tmp_path: Path) -> None:
    """Whoever sends a run must not run code here."""
    write_cell(tmp_path, CELL, ARRAYS)
    path = tmp_path / "records" / f"{CELL.id}.npz"
    np.savez(path, verify_ns=np.array([{"a": 1}], dtype=object))
    (cell,) = read_cells(tmp_path)
    with pytest.raises(DamagedRecord):
        read_arrays(tmp_path, cell)


def test_a_writer_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    write_run(tmp_path, RUN)
    with pytest.raises(TypeError):
        write_run(tmp_path, replace(RUN, settings={"x": object()}))
    assert read_run(tmp_path) == RUN
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_kill_in_the_middle_of_writing_leaves_no_half_file(tmp_path: Path) -> None:
    """A writer is killed at any instant; every file that can be seen is whole."""
    code = f"""
import numpy as np
from pathlib import Path
from typing import Any
from bench.records import Cell, write_cell
arrays = {{"verify_ns": np.random.default_rng(1).integers(2**60, size=20_000)}}
for number in range(10_000):
    cell = Cell(id=f"{{number:05d}}", measure="lookup", arm="a")
    write_cell(Path({str(tmp_path)!r}), cell, arrays)
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
    cells = list(read_cells(tmp_path))
    assert len(cells) >= 3
    for cell in cells:
        assert len(read_arrays(tmp_path, cell)["verify_ns"]) == 20_000


def test_a_file_that_no_bench_wrote_is_named(tmp_path: Path) -> None:
    write_cell(tmp_path, CELL, ARRAYS)
    (tmp_path / "records" / "notes.txt").write_text("from another run")
    with pytest.raises(DamagedRecord, match=r"notes\.txt is not a record"):
        list(read_cells(tmp_path))


def test_a_cell_of_another_place_is_named(tmp_path: Path) -> None:
    """A file copied over from another run does not go unnoticed under a name of this one."""
    write_cell(tmp_path, CELL, ARRAYS)
    records = tmp_path / "records"
    (records / "0002-other.json").write_bytes((records / f"{CELL.id}.json").read_bytes())
    with pytest.raises(DamagedRecord, match=r"0002-other\.json holds the cell 0001"):
        list(read_cells(tmp_path))


def test_a_cell_of_another_format_is_named(tmp_path: Path) -> None:
    write_cell(tmp_path, replace(CELL, format=999))
    with pytest.raises(DamagedRecord, match=f"{CELL.id}.json has format 999"):
        list(read_cells(tmp_path))


def test_a_damaged_environment_is_named(tmp_path: Path) -> None:
    for content in ("{", "[]", '{"machine": 3}', '{"machine": {}, "versions": {}, "format": 9}'):
        (tmp_path / "environment.json").write_text(content)
        with pytest.raises(DamagedRecord, match=r"environment\.json"):
            read_environment(tmp_path)


@pytest.mark.parametrize("array", [np.zeros((2, 2)), np.array(["a", "b"])])
def test_arrays_of_another_shape_are_named(tmp_path: Path, array: Any) -> None:
    write_cell(tmp_path, CELL, ARRAYS)
    np.savez(tmp_path / "records" / f"{CELL.id}.npz", verify_ns=array)
    (cell,) = read_cells(tmp_path)
    with pytest.raises(DamagedRecord, match="verify_ns is not a list of numbers"):
        read_arrays(tmp_path, cell)


def test_numpy_alone_reads_records(tmp_path: Path) -> None:
    """Whoever does not trust this project needs none of it to see the samples."""
    write_run(tmp_path, RUN)
    write_cell(tmp_path, CELL, ARRAYS)
    code = """
import json, pathlib, sys
import numpy as np
(cell,) = (json.loads(path.read_text()) for path in pathlib.Path("records").glob("*.json"))
arrays = np.load(f"records/{cell['id']}.npz")
print(cell["arm"], cell["conditions"]["population"], int(arrays["verify_ns"].sum()))
print(sorted({"bench", "sessions", "tokens", "demo", "reports", "msgspec"} & sys.modules.keys()))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "control 10.0 499500\n[]\n"


def test_a_standard_run_stays_under_fifty_megabytes(tmp_path: Path) -> None:
    """From what one request takes on disk, with the noise that real clocks have."""
    rng = np.random.default_rng(1)
    requests = 5_000
    start = np.cumsum(rng.exponential(2e6, requests)).astype(np.int64)
    spans = {name: rng.lognormal(11, 0.5, requests).astype(np.int64) for name in "abc"}
    times = {"intended_ns": start, "start_ns": start + rng.integers(9000, size=requests)}
    times["end_ns"] = times["start_ns"] + rng.lognormal(14, 0.4, requests).astype(np.int64)
    times["status"] = np.full(requests, 200, np.int16)
    write_cell(tmp_path, replace(CELL, id="0001-a"), spans)
    write_cell(tmp_path, replace(CELL, id="0002-b"), times)
    on_disk = sum(path.stat().st_size for path in (tmp_path / "records").iterdir())
    measured_s = STANDARD.blocks * STANDARD.block_s
    most = STANDARD.rate_limit * measured_s
    assert on_disk / requests * most < 15e6
