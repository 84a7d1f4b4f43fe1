"""A stolen refresh token, used after its owner (RFC 9700 section 4.14.2)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workshop.attacks import refresh_reuse
from workshop.attacks.matrix import Cell
from workshop.attacks.shops import token_target
from workshop.naive import POLICIES
from workshop.shop.policy import SECURE

from .conftest import SCHEMES


def test_it_works_where_the_fault_is() -> None:
    """Without detection the thief goes on for ever."""
    with token_target(POLICIES["refresh-reuse"]) as target:
        assert refresh_reuse.run(target).result == "works"


def test_the_defence_stops_it() -> None:
    """The reuse ends the family."""
    with token_target(SECURE) as target:
        assert refresh_reuse.run(target).result == "blocked"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme(scheme: str, assert_as_written: Callable[[str, str], Cell]) -> None:
    """Reuse ends the family, as the named test shows with a clock."""
    found = assert_as_written(refresh_reuse.NAME, scheme)
    assert found.result in ("blocked", "not-applicable")
