"""A token that says it is not signed (RFC 8725 section 3.1)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workshop.attacks import alg_none
from workshop.attacks.matrix import Cell
from workshop.attacks.shops import token_target
from workshop.naive import POLICIES
from workshop.shop.policy import SECURE

from .conftest import SCHEMES


def test_it_works_where_the_fault_is() -> None:
    """A verifier that believes alg lets it in."""
    with token_target(POLICIES["alg-none"]) as target:
        assert alg_none.run(target).result == "works"


def test_the_defence_stops_it() -> None:
    """The header must be the one that is written."""
    with token_target(SECURE) as target:
        assert alg_none.run(target).result == "blocked"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme(scheme: str, assert_as_written: Callable[[str, str], Cell]) -> None:
    """Every spelling is refused."""
    found = assert_as_written(alg_none.NAME, scheme)
    assert found.result in ("blocked", "not-applicable")
