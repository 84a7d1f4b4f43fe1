from __future__ import annotations

from pathlib import Path

from bench.recorder import ROW, Recorder, read

ROWS = [
    (1_000, 1_010, 2_000, (300, 200, 100, 1, 0, 2, 700, 500, 90, 9, 1_100), 4, 200, True),
    (5_000, 5_020, 9_000, (0,) * 11, 0, 401, False),
    (2**62, 2**62 + 1, 2**62 + 2, (2**40, 0, 0, 65_535, 0, 0, 0, 0, 0, 0, 2**62), 32_767, 0, False),
]


def _record(path: Path, count: int) -> None:
    with Recorder(path) as recorder:
        for row in ROWS[:count]:
            recorder.add(*row)


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    _record(tmp_path / "rows", 3)
    rows = read(tmp_path / "rows")
    assert [(i, s, e, *spans, a, st, c) for i, s, e, spans, a, st, c in ROWS] == [
        tuple(row.tolist()) for row in rows
    ]


def test_a_row_cut_off_is_left_out(tmp_path: Path) -> None:
    """kill -9 in the middle of a write costs that row and no other."""
    path = tmp_path / "rows"
    _record(path, 3)
    path.write_bytes(path.read_bytes()[: 2 * ROW.itemsize + 5])
    assert read(path)["intended_ns"].tolist() == [1_000, 5_000]


def test_nothing_recorded_is_no_rows(tmp_path: Path) -> None:
    assert len(read(tmp_path / "missing")) == 0


def test_a_second_recorder_appends(tmp_path: Path) -> None:
    _record(tmp_path / "rows", 1)
    _record(tmp_path / "rows", 2)
    assert read(tmp_path / "rows")["intended_ns"].tolist() == [1_000, 1_000, 5_000]


def test_flushed_rows_are_on_disk_before_the_end(tmp_path: Path) -> None:
    with Recorder(tmp_path / "rows") as recorder:
        recorder.add(*ROWS[0])
        recorder.flush()
        assert len(read(tmp_path / "rows")) == 1
