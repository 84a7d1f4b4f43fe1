"""A cookie over 4,096 bytes is dropped in silence (RFC 6265bis section 5.6)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workshop.attacks import oversized_cookie
from workshop.attacks.matrix import Cell
from workshop.runner.catalogue import find
from workshop.runner.loading import load, module_from

from .conftest import SCHEMES


@pytest.mark.parametrize(("policy", "worked"), [("start", True), ("reference", False)])
def test_it_works_on_the_naive_shop_and_fails_on_the_reference(policy: str, worked: bool) -> None:
    """The naive shop says 200 to what the browser drops; the reference says 413."""
    lab = find("9")
    attack = module_from(lab.file("attack.py"))
    assert attack.run(load(lab.file(policy, "policy.py")), 7).worked is worked


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme(scheme: str, assert_as_written: Callable[[str, str], Cell]) -> None:
    """What was answered 200 is kept."""
    found = assert_as_written(oversized_cookie.NAME, scheme)
    assert found.result in ("blocked", "not-applicable")
