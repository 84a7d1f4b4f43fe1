"""Any history of verbs that several do at once, in threads and in processes that share a store.

Which of them comes first nobody knows; what may be left of any order is known all the same.
The other half is tests/sessions/test_at_once.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.conftest import FakeClock
from tests.tokens.workers import Call, Crew, Processes, Threads
from tokens import Algorithm, Key, KeyRing
from tokens.stores.base import TokenStore
from tokens.stores.redis import RedisStore
from tokens.stores.sqlite import SQLiteStore

from .conftest import a_manager

GRACE_S = 10
ENDING = ["revoke", "revoke_entry", "revoke_all", "reuse"]
# Few of them end anything, or every history would be over soon.
ROUNDS = st.lists(
    st.sampled_from(["verify", "update", "renew"] * 4 + ENDING), min_size=2, max_size=3
)
RING = KeyRing([Key("kid", Algorithm.HS256, b"a key that the processes of a test share")])


@dataclass
class Family:
    """One family as it should be."""

    subject: str
    handle: str
    current: str
    accesses: list[str]
    spent: list[str] = field(default_factory=list)
    is_live: bool = True


class AtOnce(RuleBasedStateMachine):
    """Several verbs on one family at a time, beside what must be left of them."""

    crew: Crew
    families = Bundle("families")
    names = iter(range(10**9))

    def __init__(self) -> None:
        super().__init__()
        self.now = FakeClock().now
        self.known: list[Family] = []

    def alone(self, verb: str, *arguments: Any) -> dict[str, Any]:
        [found] = self.crew.at_once([(verb, list(arguments))], self.now)
        return found

    @rule(target=families)
    def issue(self) -> Family:
        name = f"subject-{next(self.names)}"
        grant = self.alone("issue", name)
        family = Family(name, grant["handle"], grant["renewal"], [grant["credential"]])
        self.known.append(family)
        return family

    @rule(family=families, verbs=ROUNDS)
    def at_once(self, family: Family, verbs: list[str]) -> None:
        # Past the grace period, so that a token that was spent in an earlier round is stolen.
        self.now += GRACE_S + 1
        calls = [self.call(verb, family) for verb in verbs]
        found = self.crew.at_once(calls, self.now)
        reused = any(call[1][0] in family.spent for call in calls if call[0] == "renew")
        done = [
            (call, each) for call, each in zip(calls, found, strict=True) if "refused" not in each
        ]
        if not family.is_live:
            assert not any("credential" in each for _, each in done)
            return
        successors = {each["renewal"] for (verb, _), each in done if verb == "renew"}
        assert len(successors) <= 1
        for successor in successors:
            family.spent.append(family.current)
            family.current = successor
        family.accesses += [each["credential"] for _, each in done if "credential" in each]
        family.is_live = not (reused or {verb for (verb, _), _ in done} & set(ENDING))

    def call(self, verb: str, family: Family) -> Call:
        if verb == "reuse":
            return "renew", [family.spent[0] if family.spent else family.current]
        if verb == "revoke_entry":
            return verb, [family.subject, family.handle]
        if verb == "renew":
            return verb, [family.current]
        if verb == "update":
            return verb, [family.accesses[-1], {"key": next(self.names)}]
        return verb, [family.subject if verb == "revoke_all" else family.accesses[-1]]

    @invariant()
    def the_dead_are_dead_and_the_living_live(self) -> None:
        for family in self.known[-2:]:
            found = [self.alone("verify", token) for token in family.accesses[-3:]]
            if family.is_live:
                assert all(each["handle"] == family.handle for each in found)
            else:
                assert all("refused" in each for each in found)
                assert "refused" in self.alone("renew", family.current)


def explore(crew: Crew, share: int = 8) -> None:
    machine = type("AtOnceHere", (AtOnce,), {"crew": crew})
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=settings().max_examples // share, stateful_step_count=12),
    )


@pytest.mark.parametrize("strategy", ["denylist", "generation"])
def test_threads_leave_what_some_order_leaves(
    strategy: str, store: TokenStore, clock: FakeClock
) -> None:
    """Of one node, over every store."""
    manager = a_manager(store, clock, strategy, RING)
    explore(Threads(manager, lambda now: setattr(clock, "now", now)))


SERVES = """
import sys
from tests.conftest import FakeClock
from tests.tokens.conftest import a_manager
from tests.tokens.test_at_once import RING, a_store
from tests.tokens.workers import serve
clock = FakeClock()
manager = a_manager(a_store(sys.argv[1]), clock, sys.argv[2], RING)
serve(manager, lambda now: setattr(clock, "now", now))
"""


def a_store(where: str) -> TokenStore:
    from valkey import Valkey

    return RedisStore(Valkey.from_url(where)) if "://" in where else SQLiteStore(where)


@pytest.fixture(params=["sqlite", "redis"])
def processes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Processes]:
    where, strategy = str(tmp_path / "tokens.db"), "denylist"
    if request.param == "redis":
        where, strategy = request.getfixturevalue("services").redis_url, "generation"
    with Processes(SERVES, where, strategy) as made:
        yield made


def test_processes_leave_what_some_order_leaves(processes: Processes) -> None:
    """Of several nodes, over what they share."""
    explore(processes, share=20)
