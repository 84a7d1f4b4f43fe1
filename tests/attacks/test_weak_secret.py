"""A secret that is a word (RFC 8725 section 3.5)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workshop.attacks import weak_secret
from workshop.attacks.matrix import Cell
from workshop.attacks.shops import token_target
from workshop.naive import POLICIES
from workshop.naive.forgery import plain_hmac
from workshop.shop.policy import Policy

from .conftest import SCHEMES

DEFENDED = Policy(verify=plain_hmac, sign_with="HS256")
"""The same verifier, with a secret of 32 random bytes."""


def test_it_works_where_the_fault_is() -> None:
    """A word is found at home, and any token can be forged with it."""
    with token_target(POLICIES["weak-secret"]) as target:
        assert weak_secret.run(target).result == "works"


def test_the_defence_stops_it() -> None:
    """32 random bytes are on no list."""
    with token_target(DEFENDED) as target:
        assert weak_secret.run(target).result == "blocked"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme(scheme: str, assert_as_written: Callable[[str, str], Cell]) -> None:
    """No scheme's secret is on the list."""
    found = assert_as_written(weak_secret.NAME, scheme)
    assert found.result in ("blocked", "not-applicable")
