"""A script on the page that acts as the user."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workshop.attacks import xss_riding
from workshop.attacks.matrix import Cell
from workshop.attacks.shops import session_target
from workshop.naive import POLICIES
from workshop.shop.policy import SECURE

from .conftest import SCHEMES


def test_it_works_where_the_fault_is() -> None:
    """Foreign text runs and orders, HttpOnly or not."""
    with session_target(POLICIES["xss-riding"]) as target:
        assert xss_riding.run(target).result == "works"


def test_the_defence_stops_it() -> None:
    """Foreign text stays text."""
    with session_target(SECURE) as target:
        assert xss_riding.run(target).result == "blocked"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme(scheme: str, assert_as_written: Callable[[str, str], Cell]) -> None:
    """No credential prevents it: the page must not run foreign scripts."""
    found = assert_as_written(xss_riding.NAME, scheme)
    assert found.result in ("works",)
