"""A block in which the generator was disturbed is measured again, whatever its figures."""

from __future__ import annotations

import time

from bench import gates
from bench.context import FEWEST_REPEATS, REPEATED
from bench.plans import SMOKE, STANDARD
from bench.records import Gate

from .contexts import a_context

DRIVEN = (STANDARD.blocks, STANDARD.high_blocks, STANDARD.separate_blocks, STANDARD.far_blocks)
ALLOWED = (sum(DRIVEN) + STANDARD.hot_blocks) // REPEATED
BLOCK = "interleaved block 5"


def gates_of(lag_ms: float, stolen: float = 0.1) -> list[Gate]:
    return [gates.generator_lag(lag_ms), gates.generator_cpu(0.2), gates.steal(stolen)]


def test_a_block_that_was_kept_to_time_stays() -> None:
    """And the gate says that none was thrown away."""
    context = a_context()
    assert context.is_to_repeat(BLOCK, gates_of(0.2)) is False
    gate = gates.blocks_repeated(context.repeated, context.repeats_allowed)
    assert (gate.passed, gate.value) == (True, 0.0)


def test_a_disturbed_block_is_thrown_away_and_named() -> None:
    """With what was wrong with it, be it the generator's or the host's doing."""
    context = a_context()
    assert context.is_to_repeat(BLOCK, gates_of(1.42)) is True
    assert context.is_to_repeat(BLOCK, gates_of(0.2, stolen=3.57)) is True
    gate = gates.blocks_repeated(context.repeated, context.repeats_allowed)
    assert gate.note == f"{BLOCK}: generator_lag_p99 1.42 ms; {BLOCK}: steal 3.57 %"


def test_a_machine_that_is_never_quiet_is_not_asked_for_ever() -> None:
    """After a sixth of the blocks a disturbed one stays, and its gate says what it touches."""
    context = a_context()
    told = [context.is_to_repeat(BLOCK, gates_of(5.0)) for _ in range(ALLOWED + 2)]
    assert told == [True] * ALLOWED + [False, False]


def test_a_short_plan_may_repeat_some_blocks_too() -> None:
    """A sixth of seven blocks is one, and a burst may last longer than that."""
    context = a_context(plan=SMOKE)
    told = [context.is_to_repeat(BLOCK, gates_of(5.0)) for _ in range(FEWEST_REPEATS + 1)]
    assert told == [True] * FEWEST_REPEATS + [False]


def test_a_run_that_is_late_repeats_nothing() -> None:
    """It was announced as so long, and somebody waits for it."""
    context = a_context(expected_s={"lookup": 60.0}, started_s=time.monotonic() - 59.0)
    assert context.is_to_repeat(BLOCK, gates_of(5.0)) is True
    context.started_s -= 2.0
    assert context.is_to_repeat(BLOCK, gates_of(5.0)) is False
