"""How often each verb waits for a networked store with revocations in it, counted on the wire."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from valkey import Valkey

from bench.services import Services
from tests.conftest import FakeClock
from tokens import Grant, TokenManager
from tokens.revocation.following import Following
from tokens.stores.base import TokenStore
from tokens.stores.postgres import PostgresStore
from tokens.stores.redis import RedisStore

from .conftest import STRATEGIES, a_manager, a_strategy
from .turns import Turns

# Round trips of one `verify` that accepts. The strategies that follow the denials know them.
VERIFY = {"denylist": 1, "generation": 1}
# The verbs under a denylist, over Valkey and over PostgreSQL, where a transaction is its
# statements and two. To revoke by subject lists, denies, ends and denies once more.
VERBS: dict[str, tuple[Callable[[TokenManager, Grant], Any], int, int]] = {
    "verify": (lambda m, g: m.verify(g.credential), 1, 1),
    "verify afresh": (lambda m, g: m.verify(g.credential, fresh=True), 1, 1),
    "refuse what is malformed": (lambda m, g: refused(m, "x"), 0, 0),
    "refuse what is forged": (lambda m, g: refused(m, g.credential[:-4] + "AAAA"), 0, 0),
    "update": (lambda m, g: m.update(g.credential, {"a": 1}), 2, 2),
    "entries": (lambda m, g: m.entries("alice"), 1, 1),
    "issue": (lambda m, g: m.issue("alice"), 1, 1),
    "renew": (lambda m, g: m.renew(m.issue("bob").renewal or ""), 3, 7),
    "revoke": (lambda m, g: m.revoke(m.issue("bob").credential), 3, 7),
    "revoke entry": (lambda m, g: m.revoke_entry("bob", m.issue("bob").handle), 5, 12),
    "revoke all": (lambda m, g: (m.issue("bob"), m.revoke_all("bob")), 5, 15),
}


def refused(manager: TokenManager, credential: str) -> None:
    with pytest.raises(manager.rejection):
        manager.verify(credential)


@pytest.fixture(params=["redis", "postgres"])
def wire(request: pytest.FixtureRequest, services: Services) -> Iterator[Turns]:
    name = "postgres_url" if request.param == "postgres" else ""
    with Turns(request.getfixturevalue(name) if name else services.redis_url) as made:
        yield made


@pytest.fixture
def store(wire: Turns) -> Iterator[TokenStore]:
    made: TokenStore
    if wire.url.startswith("postgres"):
        made = PostgresStore(wire.url, "round trips of tokens")
    else:
        made = RedisStore(Valkey.from_url(wire.url))
    yield made
    made.close()


def test_each_verb_waits_as_often_as_is_stated(
    wire: Turns, store: TokenStore, clock: FakeClock
) -> None:
    """Under a denylist; the first call of each kind prepares the others."""
    manager = a_manager(store, clock, "denylist")
    grant = manager.issue("alice", {"cart": {"apple": 1}})
    counted = {}
    for name, (verb, *_) in VERBS.items():
        verb(manager, grant)
        before = wire.taken
        verb(manager, grant)
        counted[name] = wire.taken - before
    column = 2 if wire.url.startswith("postgres") else 1
    assert counted == {name: expected[column] for name, expected in VERBS.items()}


@pytest.mark.parametrize("strategy", [*STRATEGIES, "pushed"])
def test_a_verify_waits_as_often_as_its_strategy_says(
    strategy: str, wire: Turns, store: TokenStore, clock: FakeClock
) -> None:
    """With revocations present: of what is good, and where all is known also of what is revoked."""
    revocation = a_strategy(strategy, store, clock)
    manager = a_manager(store, clock, revocation)
    good, revoked = manager.issue("alice"), [manager.issue("bob") for _ in range(50)]
    for each in revoked:
        manager.revoke(each.credential)
    if isinstance(revocation, Following):
        revocation.look()
    # The first call of each kind is prepared, which is a round trip of its own.
    manager.verify(good.credential)
    with contextlib.suppress(manager.rejection):
        manager.verify(revoked.pop().credential)
    before = wire.taken
    for _ in range(10):
        assert manager.verify(good.credential).subject == "alice"
    assert wire.taken - before == 10 * VERIFY.get(strategy, 0)
    before = wire.taken
    for each in revoked:
        with contextlib.suppress(manager.rejection):
            manager.verify(each.credential)
    # A filter settles with the store what it takes for revoked; the others know.
    asked = strategy in VERIFY or strategy == "filter"
    assert wire.taken - before == (len(revoked) if asked else 0)
