"""The public key as the secret of an HMAC (RFC 8725 section 3.1)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workshop.attacks import key_confusion
from workshop.attacks.matrix import Cell
from workshop.attacks.shops import token_target
from workshop.naive import POLICIES
from workshop.shop.policy import SECURE

from .conftest import SCHEMES


def test_it_works_where_the_fault_is() -> None:
    """A verifier that believes alg takes the public key as a secret."""
    with token_target(POLICIES["key-confusion"]) as target:
        assert key_confusion.run(target).result == "works"


def test_the_defence_stops_it() -> None:
    """The algorithm is bound to the key."""
    with token_target(SECURE) as target:
        assert key_confusion.run(target).result == "blocked"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme(scheme: str, assert_as_written: Callable[[str, str], Cell]) -> None:
    """In every form of the key it is refused."""
    found = assert_as_written(key_confusion.NAME, scheme)
    assert found.result in ("blocked", "not-applicable")
