"""Two runs in a row are offered the same load, where the machine is about as fast."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bench.lookup.blocks import Rates
from bench.lookup.earlier import WITHIN, earlier_rates, kept_to
from bench.records import FILE, Arm, Cell, Run, write_cell, write_run

RATES = {"low": 600.0, "high": 1500.0}
NOW = Run(
    name="now",
    plan="standard",
    seed=2,
    started_at=2.0,
    blocks=10,
    arms=[Arm(name="control", scheme="control")],
    settings={"plan": {"schemes": ("control",), "rate_share": 0.3}},
)


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """A run like the one of now, and what it offered."""
    write_run(tmp_path, replace(NOW, name="before", seed=1, started_at=1.0))
    for load, rate in RATES.items():
        figures = {"offered_rate": rate, "arms_capacity": 2000.0}
        labels = {"load": load, "limited_by": "share"}
        id_ = f"1-calibration-{load}"
        write_cell(
            tmp_path,
            Cell(id=id_, measure="calibration", arm="control", figures=figures, labels=labels),
        )
    return tmp_path


def test_the_rates_of_the_run_before_are_found(before: Path) -> None:
    assert earlier_rates(before, NOW) == RATES


OTHERWISE: list[dict[str, Any]] = [
    {"plan": "full"},
    {"arms": []},
    {"settings": {"plan": {"schemes": ("control",), "rate_share": 0.25}}},
]


@pytest.mark.parametrize("changed", OTHERWISE, ids=["plan", "arms", "settings"])
def test_a_run_of_another_kind_says_nothing(before: Path, changed: dict[str, Any]) -> None:
    """Its load is the load of something else."""
    assert earlier_rates(before, replace(NOW, **changed)) == {}


def test_without_a_run_before_there_are_none(tmp_path: Path) -> None:
    assert earlier_rates(tmp_path / "latest", NOW) == {}


def test_a_run_that_cannot_be_read_says_nothing(before: Path) -> None:
    (before / FILE).write_text("{")
    assert earlier_rates(before, NOW) == {}


WANTED = Rates(600.0, 1500.0)


@pytest.mark.parametrize(
    ("earlier", "kept"),
    [
        (700.0, 700.0),
        (500.0, 500.0),
        (600.0 * WITHIN + 1, 600.0),
        (600.0 / WITHIN - 1, 600.0),
    ],
)
def test_a_rate_is_kept_to_where_it_is_about_the_same_load(earlier: float, kept: float) -> None:
    """A machine that is much slower now is not asked for what it could do then."""
    assert kept_to(WANTED, {"low": earlier}) == Rates(kept, WANTED.high)


def test_without_earlier_rates_it_is_what_was_wanted() -> None:
    assert kept_to(WANTED, {}) == WANTED


@pytest.mark.parametrize(("earlier", "kept"), [(1501.0, 1500.0), (1400.0, 1400.0)])
def test_the_high_rate_is_no_higher_than_what_was_rehearsed(earlier: float, kept: float) -> None:
    assert kept_to(WANTED, {"high": earlier}).high == kept


def test_the_low_rate_is_no_higher_than_the_high_one() -> None:
    """Where the rehearsal found little more than the low one to be calm."""
    assert kept_to(Rates(600.0, 770.0), {"low": 790.0}).low == 600.0
    assert kept_to(Rates(600.0, 770.0), {"low": 760.0}).low == 760.0
