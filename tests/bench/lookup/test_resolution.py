"""What a plan can tell, foretold from the last run's pair of equal arms."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.lookup.resolution import USUAL_US, apart_us, expected_resolution
from bench.plans import STANDARD
from bench.records import Cell, Layer, write_cell


def _run(out: Path, differences_us: list[float]) -> Path:
    """A run in which `control-again` took so much longer, block by block."""
    folder = out / "2026-01-01-standard"
    folder.mkdir(parents=True)
    for block, difference_us in enumerate(differences_us):
        for arm, own_us in (("control", 10.0), ("control-again", 10.0 + difference_us)):
            took_ns = np.full(9, own_us * 1000).astype(np.int64)
            intended = np.zeros(9, dtype=np.int64)
            arrays = {
                "span": {"auth_ns": took_ns},
                "request": {"intended_ns": intended, "end_ns": took_ns * 10},
            }
            layers: tuple[Layer, ...] = ("span", "request")
            for layer in layers:
                cell = Cell(
                    id=f"{block}-{arm}-{layer}",
                    measure="lookup",
                    layer=layer,
                    arm=arm,
                    block=block,
                    labels={"design": "interleaved"},
                )
                write_cell(folder, cell, arrays[layer])
    (out / "latest").symlink_to(folder.name)
    return folder


def test_the_last_run_says_how_noisy_the_machine_is(tmp_path: Path) -> None:
    """Twice the noise floor of as many blocks as the plan has."""
    differences_us = [1.0, -1.0, 3.0, -3.0]
    folder = _run(tmp_path, differences_us)
    assert sorted(apart_us(folder)["span"]) == sorted(differences_us)
    told = expected_resolution(STANDARD, tmp_path)
    deviation_us = float(np.std(differences_us, ddof=1))
    assert math.isclose(told.span_us, 2 * 1.96 * deviation_us / math.sqrt(STANDARD.blocks))
    assert math.isclose(told.request_us, 10 * told.span_us)
    assert "as noisy as 2026-01-01-standard" in told.sentence()


def test_without_a_run_it_is_what_is_usual(tmp_path: Path) -> None:
    told = expected_resolution(STANDARD, tmp_path)
    assert told.span_us == 2 * 1.96 * USUAL_US["span"] / math.sqrt(STANDARD.blocks)
    assert "ordinary machine" in told.sentence()


def test_too_few_blocks_say_nothing(tmp_path: Path) -> None:
    _run(tmp_path, [1.0, 2.0])
    assert expected_resolution(STANDARD, tmp_path).from_run == ""


def test_more_blocks_tell_less(tmp_path: Path) -> None:
    """Four times the blocks, half the difference."""
    longer = replace(STANDARD, blocks=4 * STANDARD.blocks)
    short, long = (expected_resolution(plan, tmp_path).span_us for plan in (STANDARD, longer))
    assert math.isclose(short, 2 * long)
