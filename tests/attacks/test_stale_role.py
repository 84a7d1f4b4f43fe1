"""An older credential that still says what has changed since."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workshop.attacks import stale_role
from workshop.attacks.matrix import Cell
from workshop.attacks.shops import token_target
from workshop.naive import POLICIES
from workshop.shop.policy import SECURE

from .conftest import SCHEMES


def test_it_works_where_the_fault_is() -> None:
    """A role in a token outlives its withdrawal."""
    with token_target(POLICIES["stale-role"]) as target:
        assert stale_role.run(target).result == "works"


def test_the_defence_stops_it() -> None:
    """The role is asked for where it is kept."""
    with token_target(SECURE) as target:
        assert stale_role.run(target).result == "blocked"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme(scheme: str, assert_as_written: Callable[[str, str], Cell]) -> None:
    """Only a token shows an older state, and until it expires."""
    found = assert_as_written(stale_role.NAME, scheme)
    assert found.result in ("blocked", "limited")
