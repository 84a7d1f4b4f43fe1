"""What a run says of itself, held against its own samples: the generator, the counts, validity."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from .figures import SIX_DIGITS, Found
from .raw import Cell, Records, load_json

SLACK = 0.05
"""What the known delay may be missed by beyond its interval, as a share of it."""


def check(records: Records, rows: Sequence[Found]) -> Iterator[str]:
    """Everything of the records that does not agree with the rest of them."""
    yield from _generators(records)
    content = load_json(records.folder / "results.json")
    said = content.get("valid")
    found = is_valid(records, rows)
    if said is not found:
        yield f"results.json: valid is {said} and should be {found}"
    true = "sound" if found else "withheld"
    wrong = sum(row.get("validity") != true for row in content.get("results", []))
    if wrong:
        yield f"results.json: {wrong:,} rows should have the validity {true}"


def is_valid(records: Records, rows: Sequence[Found]) -> bool:
    """Whether no gate failed and the known delay was found again."""
    gates = [*records.run["gates"], *(gate for cell in records.cells for gate in cell.gates)]
    return all(gate["passed"] for gate in gates) and _delay_recovered(rows)


def _delay_recovered(rows: Sequence[Found]) -> bool:
    """Whether the span found the delay that was put in, give or take its interval and the noise."""
    # At low load, if there are two: at the other one arms wait for each other.
    # And with the store where it is: through a delay put between, no delay is looked for.
    on_span = sorted(
        (
            row
            for row in rows
            if row.noted.get("layer") == "span" and row.regime.labels.get("design") != "far"
        ),
        key=lambda row: row.regime.labels.get("load") == "high",
    )
    recovered = next((row for row in on_span if row.metric == "recovered_delay_us"), None)
    if recovered is None:
        return True
    injected = next(
        row.estimate.value
        for row in on_span
        if row.metric == "injected_delay_us" and row.scheme == recovered.scheme
    )
    noise = next((row.estimate.value for row in on_span if row.metric == "aa_noise_us"), 0.0)
    slack, one = max(SLACK * injected, noise), recovered.estimate
    low = one.value if one.low is None else one.low
    high = one.value if one.high is None else one.high
    return low - slack <= injected <= high + slack


def _generators(records: Records) -> Iterator[str]:
    """Hold lag, rate and number of requests of each block against its requests."""
    for cell in records.select("calibration"):
        if "generator_lag_ms_p99" not in cell.figures:
            continue
        requests = [one for one in records.select("lookup", "request") if _of_block(one, cell)]
        # A wrong answer is no sample, so a block with one cannot be counted again in full.
        if not requests or any(one.figures.get("errors", 0.0) for one in requests):
            continue
        intended, start = (
            np.concatenate([one.arrays[name] for one in requests])
            for name in ("intended_ns", "start_ns")
        )
        found = {
            "requests": float(intended.size),
            "generator_lag_ms_p99": float(np.quantile(start - intended, 0.99)) / 1e6,
            "achieved_rate": intended.size / (float(start.max() - intended.min()) / 1e9),
        }
        for name, value in found.items():
            if not math.isclose(cell.figures[name], value, rel_tol=SIX_DIGITS):
                yield f"{cell.id}: {name} is {cell.figures[name]:.6g} and should be {value:.6g}"


def _of_block(request: Cell, generator: Cell) -> bool:
    mine, theirs = request.regime, generator.regime
    return (
        request.block == generator.block
        and mine.labels == theirs.labels
        and _without_rate(mine.conditions) == _without_rate(theirs.conditions)
    )


def _without_rate(conditions: object) -> dict[str, float]:
    """The rate of a block is that of all arms, the rate of a cell that of one."""
    assert isinstance(conditions, dict)
    return {name: value for name, value in conditions.items() if name != "rate"}
