"""A script on the page that steals the credential."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workshop.attacks import xss_theft
from workshop.attacks.matrix import Cell
from workshop.attacks.shops import session_target
from workshop.naive import POLICIES
from workshop.shop.policy import SECURE

from .conftest import SCHEMES


def test_it_works_where_the_fault_is() -> None:
    """Foreign text runs, and the cookie can be read."""
    with session_target(POLICIES["xss-theft"]) as target:
        assert xss_theft.run(target).result == "works"


def test_the_defence_stops_it() -> None:
    """Foreign text stays text."""
    with session_target(SECURE) as target:
        assert xss_theft.run(target).result == "blocked"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme(scheme: str, assert_as_written: Callable[[str, str], Cell]) -> None:
    """A cookie is out of its reach; a token in a script's hands is not."""
    found = assert_as_written(xss_theft.NAME, scheme)
    assert found.result in ("blocked", "works")
