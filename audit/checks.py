"""What a run says of itself, held against its own samples: the generator, the counts, validity."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from .figures import SIX_DIGITS, Found, key_of
from .intervals import Estimate
from .raw import Cell, Records, load_json
from .selfchecks import all_doubts
from .validity import ROUGH, SOUND, WITHHELD, Doubt, judge, wider


def check(records: Records) -> Iterator[str]:
    """Everything of the records that does not agree with the rest of them."""
    yield from _generators(records)
    content = load_json(records.folder / "results.json")
    known = all_doubts(records)
    seen = dict.fromkeys((SOUND, ROUGH, WITHHELD), 0)
    for row in content.get("results", []):
        true = judge(row, known, records.run["command"])
        seen[true.validity] += 1
        said = row.get("validity"), row.get("reason", "")
        if said != (true.validity, true.reason):
            yield (
                f"{key_of(row)}: is said to be {said[0]} ({said[1]}) and is {true.validity} "
                f"({true.reason})"
            )
    true_valid = not seen[WITHHELD]
    if content.get("valid") is not true_valid or content.get("figures") != seen:
        yield (
            f"results.json: valid is {content.get('valid')} with {content.get('figures')} and "
            f"should be {true_valid} with {seen}"
        )


def judged(records: Records, rows: Sequence[Found]) -> list[Found]:
    """Return the recomputed *rows* with the intervals that a report gives them."""
    known = all_doubts(records)
    return [_widened(row) if _is_rough(row, known) else row for row in rows]


def _is_rough(row: Found, known: Sequence[Doubt]) -> bool:
    said = {**row.regime.labels, **row.noted, "value": row.estimate.value}
    said |= {"measure": row.measure, "scheme": row.scheme, "metric": row.metric}
    return judge(said, known, "").validity == ROUGH


def _widened(row: Found) -> Found:
    one = row.estimate
    ends = wider(one.value, one.low), wider(one.value, one.high)
    return replace(row, estimate=Estimate(one.value, *ends, one.n, one.rounds))


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
