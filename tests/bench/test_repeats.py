"""A block in which the generator was disturbed is measured again, whatever its figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench import gates
from bench.context import Context
from bench.plans import STANDARD
from bench.records import Cell

BLOCKS = (STANDARD.blocks, STANDARD.high_blocks, STANDARD.separate_blocks, STANDARD.far_blocks)
ALLOWED = sum(BLOCKS) // 4


def a_context() -> Context:
    unused: Any = None
    return Context(
        folder=Path(),
        run=unused,
        plan=STANDARD,
        services=unused,
        seed=1,
        progress=unused,
        schemes=[],
        placement=unused,
    )


def a_block(lag_ms: float, block: int = 0) -> Cell:
    return Cell(
        id="",
        measure="calibration",
        arm="control",
        block=block,
        labels={"design": "interleaved"},
        gates=[gates.generator_lag(lag_ms), gates.generator_cpu(0.2)],
    )


def test_a_block_that_was_kept_to_time_stays() -> None:
    """And the gate says that none was thrown away."""
    context = a_context()
    assert context.is_to_repeat(a_block(0.2)) is False
    gate = gates.blocks_repeated(context.repeated, context.repeats_allowed)
    assert (gate.passed, gate.value) == (True, 0.0)


def test_a_disturbed_block_is_thrown_away_and_named() -> None:
    """With what was wrong with it."""
    context = a_context()
    assert context.is_to_repeat(a_block(1.42, block=4)) is True
    gate = gates.blocks_repeated(context.repeated, context.repeats_allowed)
    assert gate.note == "interleaved block 5: generator_lag_p99 1.42 ms"


def test_a_machine_that_is_never_quiet_is_not_asked_for_ever() -> None:
    """After a quarter of the blocks a disturbed one stays, and its own gate voids the run."""
    context = a_context()
    told = [context.is_to_repeat(a_block(5.0)) for _ in range(ALLOWED + 2)]
    assert told == [True] * ALLOWED + [False, False]
