"""A form on another site (ASVS 5.0 3.5)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workshop.attacks import csrf
from workshop.attacks.matrix import Cell
from workshop.attacks.shops import session_target
from workshop.naive import POLICIES
from workshop.shop.policy import SECURE

from .conftest import SCHEMES


def test_it_works_where_the_fault_is() -> None:
    """A cookie for every site and no check: the form orders."""
    with session_target(POLICIES["csrf"]) as target:
        assert csrf.run(target).result == "works"


def test_the_defence_stops_it() -> None:
    """The origin is looked at."""
    with session_target(SECURE) as target:
        assert csrf.run(target).result == "blocked"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme(scheme: str, assert_as_written: Callable[[str, str], Cell]) -> None:
    """No form from elsewhere changes anything."""
    found = assert_as_written(csrf.NAME, scheme)
    assert found.result in ("blocked", "not-applicable")
