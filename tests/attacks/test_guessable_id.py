"""Guessing somebody else's credential (ASVS 5.0 7.2.3)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workshop.attacks import guessable_id
from workshop.attacks.matrix import Cell
from workshop.attacks.shops import session_target
from workshop.naive import POLICIES
from workshop.shop.policy import SECURE

from .conftest import SCHEMES


def test_it_works_where_the_fault_is() -> None:
    """IDs that count up are guessed."""
    with session_target(POLICIES["guessable-id"]) as target:
        assert guessable_id.run(target).result == "works"


def test_the_defence_stops_it() -> None:
    """IDs are drawn from 256 bits."""
    with session_target(SECURE) as target:
        assert guessable_id.run(target).result == "blocked"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme(scheme: str, assert_as_written: Callable[[str, str], Cell]) -> None:
    """Nobody's credential is beside one's own."""
    found = assert_as_written(guessable_id.NAME, scheme)
    assert found.result in ("blocked", "not-applicable")
