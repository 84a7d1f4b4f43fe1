"""Two runs in a row agree on the order of every pair that both call different: on recorded data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from bench.records import (
    Cell,
    Recorded,
    read_all,
    read_environment,
    read_run,
    write_cell,
    write_environment,
    write_part,
    write_run,
)
from reports.__main__ import TURNED, main
from reports.compare import compare_runs
from reports.loading import load
from reports.order import Order, differences, order
from reports.results import evaluate
from tests.altering import alter

from . import synthetic

SPANS = Path(__file__).parent / "recorded-spans"
"""Interleaved blocks of a run by the full plan: a few schemes, and the time of the check alone."""
DEAR, CHEAP = "session-cookie-postgres", "session-cookie-memory"


def part_of_spans(
    folder: Path, wanted: Callable[[int], bool], renamed: dict[str, str] | None = None
) -> Path:
    """Save the recorded blocks that are *wanted* as a run of their own.

    *renamed* gives the samples of one scheme to another.
    """
    folder.mkdir()
    write_run(folder, replace(read_run(SPANS), name=folder.name))
    write_environment(folder, read_environment(SPANS))
    cells = [
        # It recorded the check alone, which stands here for all that a scheme adds.
        Recorded(
            replace(cell, arm=(renamed or {}).get(cell.arm, cell.arm)),
            {**arrays, "app_ns": arrays["auth_ns"]},
        )
        for cell, arrays in read_all(SPANS)
        if wanted(cell.block)
    ]
    write_part(folder, None, cells)
    return folder


def halves(tmp_path: Path, renamed: dict[str, str] | None = None) -> tuple[Path, Path]:
    """The even blocks and the odd ones: two runs in a row on one machine, as it were."""
    even = part_of_spans(tmp_path / "even", lambda block: block % 2 == 0)
    odd = part_of_spans(tmp_path / "odd", lambda block: block % 2 == 1, renamed)
    return even, odd


def test_two_halves_of_a_recorded_run_agree_on_every_pair_both_call_different(
    tmp_path: Path,
) -> None:
    """The promise of the project, on what a real machine recorded."""
    found = compare_runs(*halves(tmp_path))
    assert found.order is not None
    schemes = {arm.name for arm in read_run(SPANS).arms if arm.mechanism != "control"}
    count = sum(not name.endswith("-again") for name in schemes)
    assert found.order.pairs == count * (count - 1) / 2
    assert len(found.order.judged) > found.order.pairs / 2
    assert not found.turned
    alike = f"call {len(found.order.judged)} different, and put {len(found.order.judged)} of these"
    assert alike in found.text
    assert "turned:" not in found.text


def test_a_pair_in_opposite_order_is_named_with_its_figures(tmp_path: Path) -> None:
    """A cheap session and a dear one change names in one half: the command says so, and fails."""
    even, odd = halves(tmp_path, {DEAR: CHEAP, CHEAP: DEAR})
    found = CliRunner().invoke(main, ["compare", str(even), str(odd)])
    assert found.exit_code == TURNED
    [line] = [one for one in found.output.splitlines() if f"{CHEAP} less {DEAR}" in one]
    assert line.startswith("  turned:")
    assert "\N{MINUS SIGN}" in line
    assert line.count("[") == 2


def test_pairs_that_agree_exit_with_nothing_to_say(tmp_path: Path) -> None:
    """A change is no failure; a contradiction is."""
    even, odd = halves(tmp_path)
    found = CliRunner().invoke(main, ["compare", str(even), str(odd)])
    assert found.exit_code == 0
    assert "Order in the app" in found.output


def at_speed(folder: Path, slower: float, blocks: int = 8) -> Path:
    """The same on a machine that takes *slower* times as long for all that is not a fixed time."""
    cells = [
        Recorded(cell, {name: each * slower for name, each in arrays.items()})
        for cell, arrays in read_all(folder)
        if not cell.arm.startswith("control-delay")
    ]
    write_part(folder, None, cells)
    for block in range(blocks):
        cell = Cell(
            id=f"9{block:03d}-calibration",
            measure="calibration",
            arm="control",
            block=block,
            labels={"design": "interleaved", "load": "low"},
            figures={"fixed_work_us": 500.0 * slower},
        )
        write_cell(folder, cell)
    return folder


def test_a_machine_that_was_slower_is_told(tmp_path: Path) -> None:
    """The same work took half as long again; where nobody knows, nothing is said."""
    even, odd = halves(tmp_path)
    assert "for the same work" not in compare_runs(even, odd).text
    found = compare_runs(at_speed(even, 1.0), at_speed(odd, 1.5))
    assert "The machine took 1.50 times as long for the same work in the second run" in found.text
    assert not found.turned


def under_load(folder: Path, rate: float) -> Path:
    """The same with *rate* as what was offered."""
    cell = Cell(
        id="9-calibration-capacity-low",
        measure="calibration",
        arm="control",
        labels={"load": "low", "limited_by": "share"},
        figures={"offered_rate": rate},
    )
    write_cell(folder, cell)
    return folder


def test_another_load_is_told(tmp_path: Path) -> None:
    """A quarter more is the same load, twice as much is not."""
    even, odd = halves(tmp_path)
    found = compare_runs(under_load(even, 400.0), under_load(odd, 490.0))
    assert "requests a second" not in found.text
    found = compare_runs(even, under_load(odd, 800.0))
    assert "Offered were 400 requests a second and then 800" in found.text


def test_a_difference_that_noise_may_have_made_is_not_judged(tmp_path: Path) -> None:
    """Half a microsecond apart, in either direction: neither run calls it different."""
    runs = []
    for name, cost_us in (("a", 40.3), ("b", 39.7)):
        costs = {**synthetic.Truth().cost_us, "session-cookie-redis": cost_us}
        truth = synthetic.Truth(cost_us=costs, block_noise_us=3.0)
        shape = synthetic.Shape(name=name, samples=200, loads=False, measures=("lookup",))
        runs.append(evaluate(load(synthetic.write(tmp_path / name, truth, shape))))
    found = order(*runs)
    assert isinstance(found, Order)
    pairs = {one.pair for one in found.judged}
    assert ("session-cookie-redis", "token-bearer-hs256-expiry") not in pairs
    assert ("session-cookie-memory", "session-cookie-redis") in pairs
    assert not found.turned


def test_without_an_a_a_pair_nothing_is_judged(tmp_path: Path) -> None:
    """No noise floor, no claim."""
    folder = synthetic.write(tmp_path / "a", shape=synthetic.Shape(measures=("lookup",), trials=1))
    alter(folder, "DELETE FROM cells WHERE arm = 'control-again'")
    found = evaluate(load(folder))
    assert order(found, found) is None
    assert differences(found)


@pytest.mark.parametrize("name", ["session-cookie-redis-again", "control"])
def test_what_is_measured_for_its_own_sake_is_in_no_pair(tmp_path: Path, name: str) -> None:
    """A scheme measured again is itself, and the control is no scheme."""
    folder = part_of_spans(tmp_path / "all", lambda block: block < 4)
    assert name in {arm.name for arm in read_run(folder).arms}
    assert not any(name in pair for pair in differences(evaluate(load(folder))))
