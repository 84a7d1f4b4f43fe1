"""The record format: what a run leaves on disk, and all that a report may know of it.

A run folder holds `run.json` (one `Run`), `environment.json` (one `Environment`) and
`records/`, with two files a cell: `<id>.json` (one `Cell`) and, where there are raw samples,
`<id>.npz`: named one-dimensional arrays that numpy alone can read. Files appear whole or not at
all. A *cell* is one arm in one block under one set of conditions.

History of the format:
    1  first

Error tree:
    RecordError(ValueError)
        NotARun         the folder holds no run, or one of another format
        DamagedRecord   a file of the run cannot be read; the message names it
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from .replacing import Replacing

FORMAT = 1

Measure = Literal["lookup", "revocation", "payload", "outage", "scale", "calibration"]
Layer = Literal["", "hot", "span", "request", "revoke_all", "proxy", "h2load"]
State = Literal["running", "complete", "interrupted", "failed"]


class RecordError(ValueError):
    """A run folder that cannot be read as one."""


class NotARun(RecordError):
    """The folder holds no run, or one of a format this version does not know."""


class DamagedRecord(RecordError):
    """A file of the run cannot be read; the message names it."""


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """One condition that must hold for the figures of a cell or a run to mean anything."""

    name: str
    """Such as `achieved_rate`; the catalogue is in docs/how-we-measure.md."""
    passed: bool
    value: float
    limit: float
    unit: str = ""
    note: str = ""
    """What was seen, in words."""


class Arm(msgspec.Struct, frozen=True, kw_only=True):
    """One scheme as this run measured it, and what it claims of itself."""

    name: str
    """Unique in the run: the scheme's name; the A/A pair are `control` and `control-again`."""
    scheme: str
    summary: str = ""
    mechanism: Literal["control", "session", "token"] = "control"
    transport: Literal["none", "cookie", "bearer", "url", "form"] = "none"
    strength: Literal["immediate", "within", "at-expiry"] = "immediate"
    bound_s: float = 0.0
    injected_us: float = 0.0
    """A known delay that the measurement must find again; 0 for ordinary schemes."""
    notes: dict[str, str] = {}


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What was planned, and how it went."""

    format: int = FORMAT
    name: str
    plan: str
    seed: int
    started_at: float
    ended_at: float | None = None
    resumed_at: list[float] = []
    """When it went on after an interruption, once for each time."""
    state: State = "running"
    reason: str = ""
    """Why a run was interrupted or failed, in one line."""
    command: str = ""
    """Repeats this run."""
    blocks: int
    arms: list[Arm]
    settings: dict[str, Any] = {}
    gates: list[Gate] = []
    """Of the run as a whole; a cell's own stand with the cell."""


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """The machine, the versions and the settings that figures depend on."""

    format: int = FORMAT
    machine: dict[str, Any]
    """`cpu`, `cores`, `memory_bytes`, `kernel`, `virtualised`, `governor`, …"""
    versions: dict[str, str]
    """`python`, packages and stores by name."""
    commit: str = ""
    dirty: bool = False
    settings: dict[str, Any] = {}
    load: dict[str, float] = {}
    """`load_1m`, `steal_percent`, … as they were at the start."""


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One arm in one block under one set of conditions: what was found, and where the raw is."""

    format: int = FORMAT
    id: str
    """Sorts in the order of measuring, and names the files: `0007-lookup-span-b02-control`."""
    measure: Measure
    layer: Layer = ""
    arm: str
    block: int = 0
    conditions: dict[str, float] = {}
    """`nodes`, `store_rtt_ms`, `population`, `claims`, `rate`: only those that apply."""
    labels: dict[str, str] = {}
    """Conditions in words, such as `phase: adversarial`, `header_policy: chromium`."""
    figures: dict[str, float] = {}
    """Exact counts and single results by metric name."""
    arrays: list[str] = []
    """The names of the arrays in `<id>.npz`; empty if there is no such file."""
    gates: list[Gate] = []
    started_at: float = 0.0


T = TypeVar("T")
Arrays = Mapping[str, NDArray[Any]]


def write_run(folder: Path, run: Run) -> None:
    """Replace `run.json` in one step."""
    _write(folder / "run.json", msgspec.json.format(msgspec.json.encode(run), indent=2))


def write_environment(folder: Path, environment: Environment) -> None:
    """Replace `environment.json` in one step."""
    encoded = msgspec.json.format(msgspec.json.encode(environment), indent=2)
    _write(folder / "environment.json", encoded)


def write_cell(folder: Path, cell: Cell, arrays: Arrays | None = None) -> None:
    """Save one cell: the arrays first, so that a cell that can be seen is whole."""
    records = folder / "records"
    records.mkdir(exist_ok=True)
    arrays = arrays or {}
    if arrays:
        with Replacing(records / f"{cell.id}.npz") as file:
            np.savez_compressed(file, **{n: np.asarray(a) for n, a in arrays.items()})  # type: ignore[arg-type]  # numpy's stub
    whole = msgspec.structs.replace(cell, arrays=sorted(arrays))
    _write(records / f"{cell.id}.json", msgspec.json.encode(whole))


def read_run(folder: Path) -> Run:
    """The run in *folder*; `NotARun` if there is none."""
    path = folder / "run.json"
    if not path.is_file():
        raise NotARun(f"{folder} is not a run: it has no run.json; make bench writes runs")
    run = _decode(path, Run)
    if run.format != FORMAT:
        raise NotARun(f"{folder} has format {run.format}, and this version reads {FORMAT}")
    return run


def read_environment(folder: Path) -> Environment:
    """The environment of the run in *folder*."""
    path = folder / "environment.json"
    environment = _decode(path, Environment)
    if environment.format != FORMAT:
        said = f"has format {environment.format}, and this version reads {FORMAT}"
        raise DamagedRecord(f"{path} {said}")
    return environment


def read_cells(folder: Path) -> Iterator[Cell]:
    """
    Every saved cell, in the order of measuring.

    `DamagedRecord` for a file among them that no bench wrote: figures of another run, say. Arrays
    without a cell are no such file; a bench that was killed may leave them.
    """
    for path in sorted((folder / "records").iterdir() if (folder / "records").is_dir() else ()):
        if path.name.startswith(".") or path.suffix == ".npz":
            continue
        if path.suffix != ".json":
            raise DamagedRecord(f"{path} is not a record of a run; move it away")
        cell = _decode(path, Cell)
        if cell.format != FORMAT:
            raise DamagedRecord(f"{path} has format {cell.format}, and this version reads {FORMAT}")
        if cell.id != path.stem:
            raise DamagedRecord(f"{path} holds the cell {cell.id}: it is not of this place")
        yield cell


def read_arrays(folder: Path, cell: Cell) -> dict[str, NDArray[Any]]:
    """The raw samples of *cell* by name; empty if it has none."""
    if not cell.arrays:
        return {}
    path = folder / "records" / f"{cell.id}.npz"
    try:
        # Opened here: numpy leaves a file it cannot read open.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as exc:
        raise DamagedRecord(f"{path} cannot be read: {exc}") from exc
    missing = set(cell.arrays) - set(arrays)
    if missing:
        raise DamagedRecord(f"{path} lacks the arrays {', '.join(sorted(missing))}")
    for name, array in arrays.items():
        if array.ndim != 1 or array.dtype.kind not in "iufb":
            raise DamagedRecord(f"{path} cannot be read: {name} is not a list of numbers")
    return arrays


def _decode(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as exc:
        raise DamagedRecord(f"{path} cannot be read: {exc.strerror}") from exc
    except (msgspec.MsgspecError, UnicodeDecodeError) as exc:
        raise DamagedRecord(f"{path} is damaged: {exc}") from exc


def _write(path: Path, content: bytes) -> None:
    with Replacing(path) as file:
        file.write(content)
