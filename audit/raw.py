"""The file of a run, read with sqlite3, zlib, json and numpy alone: docs/records.md describes it.

On purpose not by `bench.records`: a sceptic should need no more of this project than this file.
"""

from __future__ import annotations

import contextlib
import difflib
import json
import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]
ROOT = Path(__file__).parents[1]
IS_CHECKOUT = (ROOT / "pyproject.toml").is_file()
GENERATED = (ROOT if IS_CHECKOUT else Path.cwd()) / "reports" / "generated"
FILE, FORMAT, PROGRAM = "records.sqlite", 2, 0x536F543F


class Unreadable(ValueError):
    """A file that is missing or damaged; the message names it."""


@dataclass(frozen=True)
class Regime:
    """The conditions and labels something was measured under."""

    conditions: Mapping[str, float]
    labels: Mapping[str, str]

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for equal regimes."""
        return tuple(sorted(self.conditions.items())), tuple(sorted(self.labels.items()))

    def agrees_with(self, other: Regime) -> bool:
        """Whether nothing that both name differs."""
        return all(
            mine[name] == theirs[name]
            for mine, theirs in ((self.conditions, other.conditions), (self.labels, other.labels))
            for name in mine.keys() & theirs.keys()
        )


@dataclass(frozen=True)
class Cell:
    """One row of `cells`, with its gates and its raw samples."""

    id: str
    measure: str
    layer: str
    arm: str
    block: int
    regime: Regime
    figures: Mapping[str, float]
    gates: list[dict[str, Any]]
    arrays: Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Series:
    """All samples of one arm under one regime, by block."""

    arm: str
    regime: Regime
    blocks: dict[int, Samples] = field(default_factory=dict)
    crowds: dict[int, NDArray[Any]] = field(default_factory=dict)
    """How many others each sample found under way, where only equal crowds are compared."""

    @property
    def values(self) -> Samples:
        """The samples of all blocks, one after the other."""
        return np.concatenate(list(self.blocks.values()))


@dataclass(frozen=True)
class Records:
    """The raw records of one run."""

    folder: Path
    run: dict[str, Any]
    cells: list[Cell]
    figures: list[dict[str, Any]] | None
    """The rows of `results`, which a report wrote beside the records; None before there is one."""

    @property
    def seed(self) -> int:
        return int(self.run["seed"])

    @property
    def control(self) -> str:
        """The arm without any check, which every cost is over."""
        plain = (
            arm["name"]
            for arm in self.run["arms"]
            if arm["mechanism"] == "control"
            and not arm["injected_us"]
            and arm["name"] == arm["scheme"]
        )
        return next(plain, "control")

    def arm(self, name: str) -> dict[str, Any]:
        """What the run says of an arm."""
        return next((arm for arm in self.run["arms"] if arm["name"] == name), {})

    def select(self, measure: str, layer: str = "") -> Iterator[Cell]:
        """The cells of one measure and layer, in the order of measuring."""
        return (c for c in self.cells if c.measure == measure and c.layer == layer)

    def series(
        self, measure: str, layer: str, take: Callable[[Cell], Samples | None]
    ) -> list[Series]:
        """What *take* finds in each cell, by arm and regime, kept apart by block."""
        return gather((cell, take(cell)) for cell in self.select(measure, layer))


def gather(found: Iterable[tuple[Cell, Samples | None]]) -> list[Series]:
    """Put samples together by arm and regime, kept apart by block."""
    together: dict[Any, Series] = {}
    for cell, samples in found:
        if samples is None or not samples.size:
            continue
        one = together.setdefault((cell.arm, cell.regime.key), Series(cell.arm, cell.regime))
        before = one.blocks.get(cell.block)
        one.blocks[cell.block] = samples if before is None else np.concatenate([before, samples])
    return list(together.values())


def find(run: str) -> Path:
    """Return the folder of *run*: a path, or a name under reports/generated."""
    for folder in (Path(run), GENERATED / run):
        if (folder / FILE).is_file():
            return folder.resolve()
    known = [path.parent.name for path in GENERATED.glob(f"*/{FILE}")]
    near = difflib.get_close_matches(run, known, n=2, cutoff=0.5)
    remedy = (
        f"did you mean {' or '.join(near)}?"
        if near
        else f"only a run that kept its {FILE} can be verified"
    )
    raise Unreadable(f"{run} has no raw records; {remedy}")


def read(folder: Path) -> Records:
    """Return the records in *folder*; `Unreadable` names a file that is missing or damaged."""
    path = folder / FILE
    uri = f"file:{quote(str(path))}?mode=rw"
    try:
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as db:
            db.row_factory = sqlite3.Row
            names = "application_id", "user_version"
            header = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in names]
            if header != [PROGRAM, FORMAT]:
                raise Unreadable(f"{path} is not a run of format {FORMAT}")
            run = dict(db.execute("SELECT * FROM run").fetchone() or {})
            run["arms"] = [dict(row) for row in db.execute("SELECT * FROM schemes ORDER BY rowid")]
            gates = _by_cell(db, "gates")
            run["gates"] = gates[None]
            run["settings"] = json.loads(run["settings"])
            arrays = {
                cell: dict(map(_array, rows)) for cell, rows in _by_cell(db, "samples").items()
            }
            cells = [
                _cell(row, gates[row["id"]], arrays.get(row["id"], {}))
                for row in db.execute("SELECT * FROM cells ORDER BY id")
            ]
            known = db.execute("SELECT name FROM sqlite_schema WHERE name = 'results'").fetchone()
            figures = [dict(row) for row in db.execute("SELECT * FROM results")] if known else None
    except (sqlite3.Error, zlib.error, ValueError, TypeError, LookupError) as exc:
        if isinstance(exc, Unreadable):
            raise
        raise Unreadable(f"{path} cannot be read: {exc}") from exc
    if not cells:
        raise Unreadable(f"{path} holds no raw records; only a run that kept them can be verified")
    return Records(folder, run, cells, figures)


def load_json(path: Path) -> Any:
    """What *path* holds."""
    try:
        return json.loads(path.read_bytes())
    except OSError as exc:
        raise Unreadable(f"{path} cannot be read: {exc.strerror}") from exc
    except ValueError as exc:
        raise Unreadable(f"{path} is damaged: {exc}") from exc


def _by_cell(db: sqlite3.Connection, table: str) -> dict[str | None, list[dict[str, Any]]]:
    found: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
    for row in db.execute(f"SELECT * FROM {table} ORDER BY rowid"):  # noqa: S608 - one of two
        found[row["cell"]].append(dict(row))
    return found


def _array(row: Mapping[str, Any]) -> tuple[str, NDArray[Any]]:
    array = np.frombuffer(zlib.decompress(row["data"]), row["type"])
    if array.size != row["count"]:
        raise ValueError(f"{row['name']} of {row['cell']} is not whole")
    return row["name"], array


def _cell(
    row: sqlite3.Row, gates: list[dict[str, Any]], arrays: Mapping[str, NDArray[Any]]
) -> Cell:
    return Cell(
        id=row["id"],
        measure=row["measure"],
        layer=row["layer"],
        arm=row["arm"],
        block=row["block"],
        regime=Regime(json.loads(row["conditions"]), json.loads(row["labels"])),
        figures=json.loads(row["figures"]),
        gates=gates,
        arrays=arrays,
    )
