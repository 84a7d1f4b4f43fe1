"""Promises about requests that overlap: what is dead stays dead, and no change is lost.

Each holds a request between its check and its write, does something else meanwhile, and looks at
what is left (the app's `delay_ms`, which it takes with --lab alone).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from ..app import create_app
from ..auth import Identity, Scheme
from .promises import Promises
from .visitor import Answer, Visitor, over_wsgi

DELAY_MS = 300
LIMIT_S = 10

Meanwhile = Callable[[Visitor, dict[str, Any]], Any]


class Announcing:
    """A mechanism that says when a credential was verified."""

    def __init__(self, mechanism: Any) -> None:
        self._mechanism = mechanism
        self.verified = threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._mechanism, name)

    def verify(self, credential: str, fresh: bool = False) -> Identity:
        """Verify, and say so."""
        identity: Identity = self._mechanism.verify(credential, fresh)
        self.verified.set()
        return identity


class RacePromises(Promises):
    """What holds between requests of one login that run at once."""

    @pytest.fixture
    def slowly(self, scheme: Scheme) -> Meanwhile:
        """Return what sends a cart line that is checked now and written later."""
        announcing = Announcing(scheme.mechanism)
        send = over_wsgi(create_app(replace(scheme, mechanism=announcing), lab=True))

        @contextmanager
        def put(visitor: Visitor, line: dict[str, Any]) -> Iterator[None]:
            announcing.verified.clear()
            late = replace(visitor, send=send)
            body = {**line, "delay_ms": DELAY_MS}
            thread = threading.Thread(target=late.post, args=("/cart", body))
            thread.start()
            assert announcing.verified.wait(LIMIT_S)
            yield
            thread.join(LIMIT_S)
            assert not thread.is_alive()

        return put

    def test_two_tabs_lose_nothing(
        self, visitor: Callable[..., Visitor], slowly: Meanwhile
    ) -> None:
        """Two requests that change different things at once both have their way."""
        alice = visitor()
        alice.log_in()
        before = alice.holds()
        alice.post("/cart", {"item": "salt", "quantity": 1})
        if before != alice.holds():
            pytest.skip("the state travels with the client: whichever answer comes last is kept")
        with slowly(alice.copy(), {"item": "tea", "quantity": 1}):
            _done(alice.post("/cart", {"item": "bread", "quantity": 2}))
        assert alice.get("/cart").json["items"] == {"salt": 1, "tea": 1, "bread": 2}

    def test_a_logout_is_final_for_a_request_in_flight(
        self, scheme: Scheme, visitor: Callable[..., Visitor], slowly: Meanwhile
    ) -> None:
        """A write that was under way when the login ended does not bring it back."""
        if scheme.strength != "immediate" or scheme.kind == "token":
            pytest.skip("no logout at once, or no record that a write could bring back")
        alice = visitor()
        alice.log_in()
        thief = alice.copy()
        with slowly(alice.copy(), {"item": "tea", "quantity": 1}):
            _done(alice.post("/logout"))
        assert thief.get("/me").status == 401

    def test_a_login_is_final_for_a_request_in_flight(
        self, scheme: Scheme, visitor: Callable[..., Visitor], slowly: Meanwhile
    ) -> None:
        """A write under the ID held before a login does not make that ID live again."""
        if scheme.strength != "immediate" or scheme.kind == "token":
            pytest.skip("no end at once, or no record that a write could bring back")
        alice = visitor()
        alice.post("/cart", {"item": "tea", "quantity": 1})
        planted = alice.copy()
        with slowly(alice.copy(), {"item": "bread", "quantity": 1}):
            _done(alice.log_in())
        assert planted.get("/me").status == 401
        assert alice.get("/me").json["subject"] == "alice"


def _done(answer: Answer) -> None:
    assert answer.status == 200
