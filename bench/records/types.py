"""What a run records: the run, its environment, its arms, its cells, its finished parts.

A *cell* is one arm in one block under one set of conditions. Where these lie in the file of a run,
file.py and store.py say; docs/records.md says it for readers without this program.

History of the format:
    1  a folder of files: run.json, environment.json, records/*.json and *.npz
    2  one SQLite file
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

FORMAT = 2

Measure = Literal["lookup", "revocation", "payload", "outage", "scale", "journey", "calibration"]
Layer = Literal[
    "", "hot", "span", "request", "revoke_all", "proxy", "h2load", "price", "idle", "life", "truth"
]
State = Literal["running", "complete", "interrupted", "failed"]


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
    shared: bool = True
    """Whether several nodes can serve it."""
    title: str = ""
    """The name that people read; where it is empty, `name`."""
    family: str = ""
    """The name of all schemes that differ in transport, algorithm or store alone."""
    algorithm: str = ""
    strategy: str = ""
    """How a credential is called back: `delete`, `expiry`, `denylist`, …"""
    store: str = ""
    """`memory`, `sqlite`, `redis`, `postgres` or a word of its own; empty if there is none."""
    cached: bool = False
    verified_with: Literal["", "store", "secret", "public-key"] = ""
    library: str = ""
    """Whose mechanism it is, with the version; empty for this project's."""
    configuration: str = ""
    """The address of the page that *library* is configured by."""
    beside: str = ""
    """The scheme of this project that does the same work."""
    apart: str = ""
    """What of that work is not quite the same."""
    injected_us: float = 0.0
    """A known delay that the measurement must find again; 0 for ordinary schemes."""

    @property
    def asked_store(self) -> str:
        """The store that a verify depends on; empty if none does."""
        return "" if self.strategy == "expiry" else self.store

    @property
    def is_again(self) -> bool:
        """Whether it only measures a scheme of the run a second time."""
        return self.name != self.scheme

    @property
    def is_local(self) -> bool:
        """Whether its state stays on one machine."""
        return not self.shared or self.store in ("memory", "sqlite")


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

    id: str
    """Sorts in the order of measuring: `0007-lookup-span-b02-control`."""
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
    """The names of its arrays of raw samples."""
    gates: list[Gate] = []
    started_at: float = 0.0


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One finished part of a run, and what the run knew when it was."""

    name: str
    """Such as `lookup/3`: the same in a run that goes on as in one that was never interrupted."""
    gates: list[Gate] = []
    """The gates of the run as a whole until then."""
    repeated: list[str] = []
    """Why blocks had been measured again until then."""
