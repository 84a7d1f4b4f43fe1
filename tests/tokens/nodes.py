"""Nodes that follow revocations over a store that counts its calls and can be out of reach."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from tests.conftest import FakeClock
from tokens.revocation.following import Following
from tokens.stores.base import TokenStore

from .conftest import a_manager, a_strategy


class Unreachable(Exception):
    """What `Counted` raises while its store is down."""


class Counted:
    """A store that counts its calls, and can be out of reach."""

    def __init__(self, store: TokenStore) -> None:
        self._store = store
        self.calls: list[str] = []
        self.is_down = False
        self.outages = (Unreachable,)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        def counted(*arguments: Any, **options: Any) -> Any:
            if self.is_down:
                raise Unreachable
            self.calls.append(name)
            return method(*arguments, **options)

        return counted


def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    ends_at = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends_at, "it did not come about"
        time.sleep(0.002)


class Node:
    """One node: a manager and its own strategy over a store that others share."""

    def __init__(self, store: TokenStore, clock: FakeClock, name: str, **options: Any) -> None:
        self.counted = Counted(store)
        revocation = a_strategy(name, self.counted, clock, **options)
        assert isinstance(revocation, Following)
        self.strategy = revocation
        self.manager = a_manager(self.counted, clock, revocation)


def threads_of(strategy: str) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith(strategy)]
