"""docs/revocation.md: each row of its table is what the strategy does."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tokens
from tests.tokens.conftest import ISSUER, LIFETIMES, LISTS, RING, is_refused
from tokens import TokenManager
from tokens.revocation.base import Revocation
from tokens.revocation.filter import Filter
from tokens.revocation.following import Following
from tokens.stores.memory import MemoryStore

TEXT = (Path(__file__).parents[2] / "docs" / "revocation.md").read_text()
ROWS = re.findall(r"^\| `(\w+)` \| ([a-z-]+) \| (.*?) \| (\d) \| (.*?) \| (.*?) \|$", TEXT, re.M)
BOUNDS = {
    "the access lifetime": LIFETIMES.access.total_seconds(),
    "0 s": 0.0,
    "poll + fetch, 2 s": 2.0,
    "beat + fetch, 1.5 s": 1.5,
}


class Counted(MemoryStore):
    """Counts the calls a `verify` may make."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def is_denied(self, name: str) -> bool:
        self.calls += 1
        return super().is_denied(name)

    def standing(self, name: str, counter: str) -> tuple[bool, int | None]:
        self.calls += 1
        return super().standing(name, counter)

    def lose_all(self) -> None:
        fresh = MemoryStore()
        self._families, self._handles_of = fresh._families, fresh._handles_of
        self._denied, self._counters = fresh._denied, fresh._counters
        self._sequence, self._life = 0, fresh._life


MAKERS: dict[str, Callable[[Counted], Revocation]] = {
    "Expiry": lambda _: tokens.Expiry(),
    "Denylist": lambda store: tokens.Denylist(store, ISSUER),
    "Generation": lambda store: tokens.Generation(store, ISSUER),
    "Snapshot": lambda store: tokens.Snapshot(store, ISSUER, runs=False),
    "Pushed": lambda store: tokens.Pushed(store, ISSUER, runs=False),
    "StatusLists": lambda store: tokens.StatusLists(store, ISSUER, LISTS, runs=False),
    "Filter": lambda store: Filter(store, ISSUER, runs=False),
}


def a_manager(name: str) -> tuple[TokenManager, Counted, Revocation]:
    store = Counted()
    strategy = MAKERS[name](store)
    manager = TokenManager(RING, store, strategy, LIFETIMES, issuer=ISSUER, audience="a")
    return manager, store, strategy


def look(strategy: Revocation) -> None:
    if isinstance(strategy, Following):
        assert strategy.look()


def test_the_table_has_every_strategy() -> None:
    """And no other."""
    folder = Path(tokens.__file__).parent / "revocation"
    files = {path.stem for path in folder.glob("*.py")} - {"__init__", "base", "following"}
    assert {name.lower().removesuffix("s") for name, *_ in ROWS} == files
    assert len(ROWS) == len(MAKERS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_strength_and_bound_are_what_a_revocation_returns(row: Any) -> None:
    """In the words that a client is told."""
    name, strength, bound, *_ = row
    manager, _, _ = a_manager(name)
    grant = manager.issue("alice")
    said = manager.revoke(grant.credential).describe()
    assert said["strength"] == strength
    until_s = float(said["at"]) - time.time() if "at" in said else said.get("within_seconds", 0.0)
    assert until_s == pytest.approx(BOUNDS[bound], abs=1)
    assert manager.revoke_all("alice").describe()["strength"] == strength


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_verify_makes_as_many_calls_as_the_table_says(row: Any) -> None:
    """For a token that is good."""
    name, _, _, calls, *_ = row
    manager, store, strategy = a_manager(name)
    grant = manager.issue("alice")
    look(strategy)
    store.calls = 0
    manager.verify(grant.credential)
    assert store.calls == int(calls)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_loss_does_what_the_table_says(row: Any) -> None:
    """To a token that was revoked, and to one that was good."""
    name, *_, loss = row
    manager, store, strategy = a_manager(name)
    revoked, good = manager.issue("alice"), manager.issue("bob")
    manager.revoke_all("alice")
    look(strategy)
    store.lose_all()
    look(strategy)
    expected = {
        "nothing is lost": (False, False),
        "revoked tokens work again until they expire": (False, False),
        "everybody is logged out, nobody is pardoned": (True, True),
        "what a node has seen it still refuses": (True, False),
    }
    found = (is_refused(manager, revoked.credential), is_refused(manager, good.credential))
    assert found == expected[loss]
