"""What the hot path claims to cost, and records that break it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.lookup.claims import claims
from bench.records import Cell, Run, write_cell, write_run
from tests.schemes import arm

DENYLIST = "token-bearer-hs256-denylist-redis"
SNAPSHOT = "token-bearer-hs256-snapshot-redis"
SESSION = "session-cookie-redis"
POSTGRES = "session-cookie-postgres"
SQLITE = "token-bearer-hs256-denylist-sqlite"
EXPIRY = "token-bearer-hs256-expiry"
ARMS = [arm(name) for name in (DENYLIST, SNAPSHOT, SESSION, POSTGRES, SQLITE, EXPIRY)]
RUN = Run(name="run", plan="smoke", seed=1, started_at=0.0, blocks=1, arms=ARMS)


def _hot(folder: Path, arm: str, verify_us: float, floor_us: float, calls: float) -> None:
    cell = Cell(
        id=f"hot-{arm}", measure="lookup", layer="hot", arm=arm, figures={"server_calls": calls}
    )
    _write(folder, cell, verify_us, floor_us)


def _level(folder: Path, number: float, verify_us: float) -> None:
    cell = Cell(
        id=f"level-{number}",
        measure="scale",
        layer="hot",
        arm=SESSION,
        conditions={"population": number},
        labels={"axis": "population"},
    )
    _write(folder, cell, verify_us, 30.0)


def _write(folder: Path, cell: Cell, verify_us: float, floor_us: float) -> None:
    took = {"verify_ns": verify_us, "floor_ns": floor_us}
    arrays = {name: np.full(5, us * 1e3).astype(np.int64) for name, us in took.items()}
    write_cell(folder, cell, arrays)


def _run(folder: Path, **changes: float) -> dict[str, bool]:
    """Whether each claim holds in a run that is good, but for *changes*."""
    good = {"session": 36.0, "denylist": 48.0, "snapshot": 12.0, "calls": 0.0, "many": 44.0}
    seen = good | {"postgres": 50.0, "sqlite": 25.0} | changes
    write_run(folder, RUN)
    _hot(folder, EXPIRY, 11.0, 2.0, 0.0)
    _hot(folder, SESSION, seen["session"], 30.0, 1.0)
    _hot(folder, DENYLIST, seen["denylist"], 32.0, 1.0)
    _hot(folder, SNAPSHOT, seen["snapshot"], 2.0, seen["calls"])
    _hot(folder, POSTGRES, seen["postgres"], 30.0, 1.0)
    _hot(folder, SQLITE, seen["sqlite"], 10.0, 1.0)
    _level(folder, 1_000, 40.0)
    _level(folder, 1_000_000, seen["many"])
    return {claim.text: claim.holds for claim in claims(folder)}


def test_a_run_that_keeps_them_all(tmp_path: Path) -> None:
    found = _run(tmp_path)
    assert len(found) == 11
    assert all(found.values())


def test_each_can_be_broken(tmp_path: Path) -> None:
    """One that cannot fail says nothing."""
    broken = {
        "session": (40.0, f"{SESSION}: verify over the bare call"),
        "denylist": (52.0, f"{DENYLIST}: what it costs over expiry, over the bare call"),
        "postgres": (56.0, f"{POSTGRES}: verify over the bare call"),
        "sqlite": (28.0, f"{SQLITE}: what it costs over expiry, over the bare call"),
        "snapshot": (15.0, f"{SNAPSHOT}: microseconds over expiry"),
        "calls": (1.0, f"{SNAPSHOT}: calls the server counted"),
        "many": (47.0, f"{SESSION}: population 10^6 over 10^3"),
    }
    for change, (value, text) in broken.items():
        folder = tmp_path / change
        folder.mkdir()
        assert [name for name, holds in _run(folder, **{change: value}).items() if not holds] == [
            text
        ]


def test_a_run_without_a_hot_loop_claims_nothing(tmp_path: Path) -> None:
    write_run(tmp_path, RUN)
    assert claims(tmp_path) == []
