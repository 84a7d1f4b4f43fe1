"""The job of one load generator process: what the bench writes for Locust, and what comes back."""

from __future__ import annotations

from pathlib import Path

import msgspec

from ..machines.clocks import Clock


class Credential(msgspec.Struct, frozen=True):
    """A request ready to be sent, and whom its answer must name."""

    raw: bytes
    subject: str | None


class Load(msgspec.Struct, frozen=True):
    """The requests of one arm."""

    name: str
    scheme: str
    """Whose answers they must get."""
    path: str
    credentials: list[Credential]


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One schedule against one node."""

    host: str
    port: int
    others: list[tuple[str, int]] = []
    """More nodes that share the load, where several machines drive."""
    arms: list[Load]
    schedule: str
    """The file of the `Schedule`."""
    rows: str
    """Where the `Recorder` appends."""
    outcome: str
    """Where the `Outcome` goes."""
    connections: int = 64
    timeout_s: float = 10.0


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How the generator itself did."""

    failure: str = ""
    """Why the schedule could not be kept; the rest means nothing then."""
    base_ns: int = 0
    """`perf_counter_ns` at the start of the schedule."""
    wall_s: float = 0.0
    cpu_s: float = 0.0
    """Processor time of the generator, without the time it spun until a request was due."""
    sent: int = 0
    correct: int = 0
    faults: dict[str, int] = {}
    """What was wrong with answers, and how often."""
    steal_percent: float = 0.0
    """Of the processor time of the bench's own machine, taken by others on its host meanwhile."""
    clocks: list[Clock] = []
    """Those of the workers against the master's, where several machines drove."""


def write(path: Path, content: Job | Outcome) -> None:
    """Save *content* in one step; it may hold credentials, so only its owner can read it."""
    unfinished = path.with_name(f".{path.name}")
    unfinished.touch(mode=0o600)
    unfinished.write_bytes(msgspec.json.encode(content))
    unfinished.replace(path)


def read_job(path: Path) -> Job:
    return msgspec.json.decode(path.read_bytes(), type=Job)


def read_outcome(path: Path) -> Outcome:
    return msgspec.json.decode(path.read_bytes(), type=Outcome)
