"""How often each verb waits for a networked store, counted on the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from valkey import Valkey

from bench.services import Services
from sessions import Grant, SessionManager
from sessions.stores.base import SessionStore
from sessions.stores.postgres import PostgresStore
from sessions.stores.redis import RedisStore
from tests.conftest import FakeClock
from tests.tokens.turns import Turns

from .conftest import LIFETIMES

# A verb, and how many round trips it is over Valkey and over PostgreSQL, where a transaction of
# two statements is four. What is read in between the writes of one verb is read once.
VERBS: dict[str, tuple[Callable[[SessionManager, Grant], Any], int, int]] = {
    "verify": (lambda m, g: m.verify(g.credential), 1, 1),
    "verify afresh": (lambda m, g: m.verify(g.credential, fresh=True), 1, 1),
    "refuse what is malformed": (lambda m, g: refused(m, "x"), 0, 0),
    "refuse what is unknown": (lambda m, g: refused(m, "A" * 43), 1, 1),
    "update": (lambda m, g: m.update(g.credential, {"a": 1}), 2, 5),
    "entries": (lambda m, g: m.entries("alice"), 1, 1),
    "issue": (lambda m, g: m.issue("alice"), 1, 1),
    "renew": (lambda m, g: m.renew(m.issue("bob").credential), 3, 3),
    "revoke": (lambda m, g: m.revoke(m.issue("bob").credential), 2, 2),
    "revoke entry": (lambda m, g: m.revoke_entry("bob", m.issue("bob").handle), 2, 2),
    "revoke all": (lambda m, g: m.revoke_all("bob"), 1, 4),
}


def refused(manager: SessionManager, credential: str) -> None:
    with pytest.raises(manager.rejection):
        manager.verify(credential)


@pytest.fixture(params=["redis", "postgres"])
def wire(request: pytest.FixtureRequest, services: Services) -> Iterator[Turns]:
    name = "postgres_url" if request.param == "postgres" else ""
    with Turns(request.getfixturevalue(name) if name else services.redis_url) as made:
        yield made


@pytest.fixture
def store(wire: Turns) -> Iterator[SessionStore]:
    made: SessionStore
    if wire.url.startswith("postgres"):
        made = PostgresStore(wire.url, "round trips of sessions")
    else:
        made = RedisStore(Valkey.from_url(wire.url))
    yield made
    made.close()


def test_each_verb_waits_as_often_as_is_stated(
    wire: Turns, store: SessionStore, clock: FakeClock
) -> None:
    """One round trip for a read-only request; the first call of each kind prepares the others."""
    manager = SessionManager(store, LIFETIMES, now=clock)
    grant = manager.issue("alice", {"cart": {"apple": 1}})
    counted = {}
    for name, (verb, *_) in VERBS.items():
        verb(manager, grant)
        before = wire.taken
        verb(manager, grant)
        counted[name] = wire.taken - before
    column = 2 if wire.url.startswith("postgres") else 1
    assert counted == {name: expected[column] for name, expected in VERBS.items()}


def test_a_touch_is_one_more_and_at_most_once_an_interval(
    wire: Turns, store: SessionStore, clock: FakeClock
) -> None:
    """Ten requests within the interval are ten round trips; the first one after it is two."""
    manager = SessionManager(store, LIFETIMES, now=clock)
    grant = manager.issue("alice")
    for _ in range(2):
        clock.advance(60)
        counted = []
        for _ in range(3):
            before = wire.taken
            manager.verify(grant.credential)
            counted.append(wire.taken - before)
    # The first touch of a connection is prepared; this was the second.
    assert counted == [2, 1, 1]
