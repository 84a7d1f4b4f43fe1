"""Promises about what a request asks of the store, as the scheme itself counts it.

They hold anything to account only where the scheme was built with `Settings.timing`.
"""

from __future__ import annotations

import re

import pytest

from ..app import create_app
from ..auth import Scheme
from .promises import NewVisitor, Promises
from .visitor import Answer, Visitor, over_wsgi

COUNTED = re.compile(r"reads=(\d+) writes=(\d+)")


class CostPromises(Promises):
    """How often a request goes to the store."""

    @pytest.fixture
    def counted(self, scheme: Scheme) -> NewVisitor:
        """Return new clients of an app that says what each request asked of the store."""
        send = over_wsgi(create_app(scheme, timing=True))
        return lambda: Visitor(send)

    def test_reading_asks_the_store_once_at_most(self, counted: NewVisitor) -> None:
        """A request that only reads is one round trip, and writes nothing."""
        alice = counted()
        alice.log_in()
        alice.get("/me")
        reads, writes = _asked(alice.get("/me"))
        assert (reads <= 1, writes) == (True, 0), f"{reads} reads and {writes} writes"

    def test_a_public_page_asks_the_store_nothing(self, counted: NewVisitor) -> None:
        """Where nobody asks who is calling, nobody looks it up."""
        alice = counted()
        alice.log_in()
        assert _asked(alice.get("/public")) == (0, 0)


def _asked(answer: Answer) -> tuple[int, int]:
    assert answer.status == 200
    found = COUNTED.search(answer.header("Server-Timing") or "")
    return (int(found[1]), int(found[2])) if found else (0, 0)
