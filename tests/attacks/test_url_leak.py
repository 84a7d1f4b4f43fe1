"""A credential in an address leaks (ASVS 5.0 14.2.1)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workshop.attacks import url_leak
from workshop.attacks.matrix import Cell
from workshop.runner.catalogue import find
from workshop.runner.loading import load, module_from

from .conftest import SCHEMES


@pytest.mark.parametrize(("policy", "worked"), [("start", True), ("reference", False)])
def test_it_works_on_the_naive_shop_and_fails_on_the_reference(policy: str, worked: bool) -> None:
    """An ID in links is in the log, the history and the Referer; one in a cookie is in none."""
    lab = find("1")
    attack = module_from(lab.file("attack.py"))
    assert attack.run(load(lab.file(policy, "policy.py")), 7).worked is worked


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme(scheme: str, assert_as_written: Callable[[str, str], Cell]) -> None:
    """No address of the app ever holds the credential."""
    found = assert_as_written(url_leak.NAME, scheme)
    assert found.result in ("blocked", "not-applicable")
