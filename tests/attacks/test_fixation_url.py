"""Fixation through a link (OWASP WSTG-SESS-03)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workshop.attacks import fixation_url
from workshop.attacks.matrix import Cell
from workshop.attacks.shops import session_target
from workshop.naive import POLICIES
from workshop.shop.policy import SECURE

from .conftest import SCHEMES


def test_it_works_where_the_fault_is() -> None:
    """An ID from a link is adopted, and logs the attacker in."""
    with session_target(POLICIES["fixation"]) as target:
        assert fixation_url.run(target).result == "works"


def test_the_defence_stops_it() -> None:
    """A login gives a new ID."""
    with session_target(SECURE) as target:
        assert fixation_url.run(target).result == "blocked"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme(scheme: str, assert_as_written: Callable[[str, str], Cell]) -> None:
    """A scheme reads no credential from an address."""
    found = assert_as_written(fixation_url.NAME, scheme)
    assert found.result in ("blocked", "not-applicable")
