"""Replay of a copy after logout (ASVS 5.0 7.4.1)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workshop.attacks import replay_after_logout
from workshop.attacks.matrix import Cell
from workshop.attacks.shops import token_target
from workshop.naive import POLICIES
from workshop.shop.policy import SECURE

from .conftest import SCHEMES


def test_it_works_where_the_fault_is() -> None:
    """A logout that does nothing leaves the copy good."""
    with token_target(POLICIES["replay-after-logout"]) as target:
        assert replay_after_logout.run(target).result == "works"


def test_the_defence_stops_it() -> None:
    """A denylist that all nodes ask ends it at once."""
    with token_target(SECURE) as target:
        assert replay_after_logout.run(target).result == "blocked"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme(scheme: str, assert_as_written: Callable[[str, str], Cell]) -> None:
    """It works for no longer than the scheme states."""
    found = assert_as_written(replay_after_logout.NAME, scheme)
    assert found.result in ("blocked", "limited")
