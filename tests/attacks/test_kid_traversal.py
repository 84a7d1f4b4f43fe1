"""A kid that is a path (RFC 8725 section 3.10)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workshop.attacks import kid_traversal
from workshop.attacks.matrix import Cell
from workshop.attacks.shops import token_target
from workshop.naive import POLICIES
from workshop.shop.policy import SECURE

from .conftest import SCHEMES


def test_it_works_where_the_fault_is() -> None:
    """A verifier that opens what a token names takes an empty key."""
    with token_target(POLICIES["kid-traversal"]) as target:
        assert kid_traversal.run(target).result == "works"


def test_the_defence_stops_it() -> None:
    """The key is looked up among those that are known."""
    with token_target(SECURE) as target:
        assert kid_traversal.run(target).result == "blocked"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme(scheme: str, assert_as_written: Callable[[str, str], Cell]) -> None:
    """No path is opened."""
    found = assert_as_written(kid_traversal.NAME, scheme)
    assert found.result in ("blocked", "not-applicable")
