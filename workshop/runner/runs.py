"""A learner's own run, as the labs read it: through the record format, and through nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from bench.records import Cell, read_arrays, read_cells, read_run

ABOUT_FIGURES = ("request_bytes", "bytes_per_claim", "claims_max", "response_bytes_login")


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


def windows_ms(run: Path, arm: str) -> list[float]:
    """The window of each revocation: the longest of any node, from the acknowledgement on."""
    windows: list[float] = []
    for cell in _cells(run, "revocation", arm):
        if cell.labels.get("kind", "one") == "one" and "trial" in cell.arrays:
            windows += _windows(run, cell)
    return windows


def claimed_bound_ms(run: Path, arm: str) -> float:
    """What the scheme claims."""
    return next((a.bound_s * 1000 for a in read_run(run).arms if a.name == arm), 0.0)


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
