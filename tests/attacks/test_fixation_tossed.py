"""Fixation by a cookie that a sibling subdomain tossed (RFC 6265bis section 4.1.3.2)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workshop.attacks import fixation_tossed
from workshop.attacks.matrix import Cell
from workshop.attacks.shops import session_target
from workshop.naive import POLICIES
from workshop.shop.policy import SECURE

from .conftest import SCHEMES


def test_it_works_where_the_fault_is() -> None:
    """The tossed ID is kept at the login."""
    with session_target(POLICIES["fixation"]) as target:
        assert fixation_tossed.run(target).result == "works"


def test_the_defence_stops_it() -> None:
    """Its name makes the browser refuse it, and the login would replace it."""
    with session_target(SECURE) as target:
        assert fixation_tossed.run(target).result == "blocked"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme(scheme: str, assert_as_written: Callable[[str, str], Cell]) -> None:
    """No tossed cookie outlives a login."""
    found = assert_as_written(fixation_tossed.NAME, scheme)
    assert found.result in ("blocked", "not-applicable")
