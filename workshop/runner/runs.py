"""A learner's own run, as the labs read it: through the record format, and through nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import stats

from bench.records import Cell, read_arrays, read_cells, read_run

ABOUT_FIGURES = ("request_bytes", "bytes_per_claim", "claims_max", "response_bytes_login")
CERTAINTY = 0.95


@dataclass(frozen=True)
class Interval:
    """A mean, and between what it is to be found with 95 % certainty."""

    mean: float
    low: float
    high: float

    def over(self, limit: float) -> bool | None:
        """Whether all of it is over *limit*; None if it is on both sides, so that nobody knows."""
        if self.low > limit:
            return True
        return False if self.high <= limit else None

    def reaches(self, low: float, high: float) -> bool:
        """Whether any of it is between *low* and *high*."""
        return self.low <= high and self.high >= low

    def __str__(self) -> str:
        return f"{self.mean:.3g} [{self.low:.3g}, {self.high:.3g}]"


def interval(values: Sequence[float]) -> Interval:
    """The mean of *values*, which are of one block or one trial each, by Student's t."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return Interval(mean, float("-inf"), float("inf"))
    half = float(stats.t.ppf((1 + CERTAINTY) / 2, len(values) - 1) * stats.sem(values))
    return Interval(mean, mean - half, mean + half)


def failed_gates(run: Path) -> list[str]:
    """Every gate of the run and of its cells that did not pass, in words."""
    gates = [gate for cell in read_cells(run) for gate in cell.gates] + list(read_run(run).gates)
    return sorted({f"{g.name} {g.value:.4g} {g.unit}".strip() for g in gates if not g.passed})


def auth_blocks_us(run: Path, arm: str) -> list[list[float]]:
    """What the check took inside real requests, in microseconds: one list a block."""
    blocks: dict[int, list[float]] = {}
    for cell in _cells(run, "lookup", arm):
        if cell.layer == "span" and _is_interleaved(cell) and cell.labels.get("load") != "high":
            found = read_arrays(run, cell)["auth_ns"]
            blocks.setdefault(cell.block, []).extend((found / 1000).tolist())
    return [blocks[number] for number in sorted(blocks)]


def more_us(run: Path, arm: str, other: str) -> Interval:
    """What the check of *arm* takes more than that of *other*, compared within each block."""
    pairs = zip(auth_blocks_us(run, arm), auth_blocks_us(run, other), strict=True)
    return interval([float(np.median(a) - np.median(b)) for a, b in pairs])


def times_as_much(run: Path, arm: str, other: str) -> Interval:
    """How many times as much the check of *arm* takes as that of *other*, over control."""
    blocks = [auth_blocks_us(run, name) for name in (arm, other, "control")]
    middles = [[float(np.median(block)) for block in each] for each in blocks]
    return interval([(a - c) / (b - c) for a, b, c in zip(*middles, strict=True)])


def windows_ms(
    run: Path, arm: str, phases: Sequence[str] = ("random", "adversarial")
) -> list[float]:
    """The window of each revocation: the longest of any node, from the acknowledgement on."""
    windows: list[float] = []
    for cell in _cells(run, "revocation", arm):
        is_wanted = cell.labels.get("phase", "random") in phases
        if is_wanted and cell.labels.get("kind", "one") == "one" and "trial" in cell.arrays:
            windows += _windows(run, cell)
    return windows


def claimed_bound_ms(run: Path, arm: str) -> float:
    """What the scheme claimed while its revocations were measured."""
    claims = [
        cell.figures["claimed_bound_ms"]
        for cell in _cells(run, "revocation", arm)
        if "claimed_bound_ms" in cell.figures and cell.labels.get("kind", "one") == "one"
    ]
    stated = (arm_.bound_s * 1000 for arm_ in read_run(run).arms if arm_.name == arm)
    return max(claims, default=next(stated, 0.0))


def figures(run: Path, arm: str) -> dict[str, float]:
    """Exact counts of the payload by metric name, for a credential without extra claims."""
    found: dict[str, float] = {}
    for cell in _cells(run, "payload", arm):
        if cell.conditions.get("claims", 0.0) == 0.0 and not cell.labels.get("header_policy"):
            found |= {k: v for k, v in cell.figures.items() if k in ABOUT_FIGURES}
        found |= {k: v for k, v in cell.figures.items() if k == "claims_max"}
    return found


def request_bytes_by_claims(run: Path, arm: str) -> dict[float, float]:
    """Bytes of a request over control, by how many claims the credential carries."""
    return {
        cell.conditions["claims"]: cell.figures["request_bytes"]
        for cell in _cells(run, "payload", arm)
        if "claims" in cell.conditions and "request_bytes" in cell.figures
    }


def arms(run: Path) -> list[str]:
    """The schemes that the run measured, without the controls."""
    return [arm.name for arm in read_run(run).arms if arm.mechanism != "control"]


def numbers(run: Path) -> dict[str, dict[str, float]]:
    """What the run says in a few numbers: scheme, metric, value."""
    found: dict[str, dict[str, float]] = {}
    control = auth_blocks_us(run, "control")
    for arm in arms(run):
        row = {key: value for key, value in figures(run, arm).items() if key == "request_bytes"}
        blocks = auth_blocks_us(run, arm)
        if blocks and len(blocks) == len(control):
            pairs = zip(blocks, control, strict=True)
            row["auth_us_cost_p50"] = float(
                np.median([np.median(a) - np.median(c) for a, c in pairs])
            )
        if windows := windows_ms(run, arm):
            row["window_ms_worst"] = max(windows)
        found[arm] = row
    return found


def _cells(run: Path, measure: str, arm: str) -> Iterable[Cell]:
    return (cell for cell in read_cells(run) if cell.measure == measure and cell.arm == arm)


def _is_interleaved(cell: Cell) -> bool:
    return cell.labels.get("design", "interleaved") == "interleaved"


def _windows(run: Path, cell: Cell) -> list[float]:
    arrays = read_arrays(run, cell)
    trial, invoked, status = arrays["trial"], arrays["invoke_ns"], arrays["status"]
    windows = []
    for number, ack in enumerate(arrays["trial_ack_ns"]):
        late = invoked[(trial == number) & (status == 200) & (invoked > ack)]
        windows.append(float(late.max() - ack) / 1e6 if late.size else 0.0)
    return windows
