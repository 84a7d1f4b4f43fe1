"""What can be said to bench/locustfile.py, and what is refused with the remedy."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.journey.options import MIX, NUMBERS, PERSONAS, mix, number, service, weights
from bench.processes.children import ROOT


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (number("--think-s"), "0", "'0' is not a number from 0.001 to 86400"),
        (number("--think-s"), "soon", "'soon' is not a number"),
        (number("--cart-share"), "nan", "'nan' is not a number from 0 to 1"),
        (number("--session-requests"), "inf", "'inf' is not a number from 1 to 1e+06"),
        (mix, "reader=1,thief=2", "'thief=2' is not NAME=WEIGHT"),
        (mix, "reader", "'reader' is not NAME=WEIGHT"),
        (mix, "reader=-1", "'reader=-1' is not NAME=WEIGHT"),
        (mix, "reader=0,api=0", "give one of the personas a weight above 0"),
        (service, "nowhere.toml", "nowhere.toml cannot be read: No such file"),
    ],
)
def test_what_cannot_be_is_refused(read: Callable[[str], object], text: str, said: str) -> None:
    """In one line."""
    with pytest.raises(argparse.ArgumentTypeError) as refused:
        read(text)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_service_that_is_not_described_well_is_refused(tmp_path: Path) -> None:
    """With the line and the key."""
    path = tmp_path / "service.toml"
    known = (ROOT / "docs" / "probe" / "demo-expiry.toml").read_text()
    path.write_text(known + '[renew]\npath = "/renew"\nafter_s = -1\n')
    with pytest.raises(argparse.ArgumentTypeError, match=r"renew.after_s: more than 0 seconds"):
        service(str(path))
    path.write_text(known + '[renew]\npath = "/renew"\nafter_s = 1\n')
    assert service(str(path)) == str(path.resolve())


def test_defaults_are_within_their_bounds_and_weigh_everybody() -> None:
    """Whoever says nothing gets all personas."""
    assert all(known.least <= known.default <= known.most for known in NUMBERS.values())
    assert set(weights(MIX)) == set(PERSONAS)
    assert all(weights(MIX).values())
    assert weights("idle=3") == {**dict.fromkeys(PERSONAS, 0), "idle": 3}
