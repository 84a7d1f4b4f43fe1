"""Any history of verbs that several do at once, in threads and in processes that share a store.

Which of them comes first nobody knows; what may be left of any order is known all the same.
The other half is tests/tokens/test_at_once.py.
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

from sessions import SessionManager
from sessions.stores.base import SessionStore
from sessions.stores.redis import RedisStore
from sessions.stores.sqlite import SQLiteStore
from tests.conftest import FakeClock
from tests.tokens.workers import Call, Crew, Processes, Threads

from .conftest import LIFETIMES

ENDING = ["revoke", "revoke_entry", "revoke_all"]
# Few of them end anything, or every history would be over soon.
ROUNDS = st.lists(
    st.sampled_from(["verify", "update", "renew"] * 3 + ENDING), min_size=2, max_size=3
)


@dataclass
class Session:
    """One session as it should be."""

    subject: str
    handle: str
    credential: str
    former: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    is_live: bool = True


class AtOnce(RuleBasedStateMachine):
    """Several verbs on one session at a time, beside what must be left of them."""

    crew: Crew
    sessions = Bundle("sessions")
    names = iter(range(10**9))

    def __init__(self) -> None:
        super().__init__()
        self.now = FakeClock().now
        self.known: list[Session] = []

    def alone(self, verb: str, *arguments: Any) -> dict[str, Any]:
        [found] = self.crew.at_once([(verb, list(arguments))], self.now)
        return found

    @rule(target=sessions)
    def issue(self) -> Session:
        name = f"subject-{next(self.names)}"
        grant = self.alone("issue", name)
        session = Session(name, grant["handle"], grant["credential"])
        self.known.append(session)
        return session

    @rule(session=sessions, verbs=ROUNDS)
    def at_once(self, session: Session, verbs: list[str]) -> None:
        calls = [self.call(verb, number, session) for number, verb in enumerate(verbs)]
        found = self.crew.at_once(calls, self.now)
        done = [
            (call, each) for call, each in zip(calls, found, strict=True) if "refused" not in each
        ]
        if not session.is_live:
            assert {verb for (verb, _), _ in done} <= {"revoke_entry", "revoke_all"}
            return
        renewed = [each["credential"] for (verb, _), each in done if verb == "renew"]
        assert len(renewed) <= 1
        for credential in renewed:
            session.former.append(session.credential)
            session.credential = credential
        for (verb, arguments), _ in done:
            if verb == "update":
                session.data |= arguments[1]
            session.is_live &= verb not in ENDING

    def call(self, verb: str, number: int, session: Session) -> Call:
        if verb == "update":
            return verb, [session.credential, {f"key-{number}": next(self.names)}]
        if verb == "revoke_entry":
            return verb, [session.subject, session.handle]
        return verb, [session.subject if verb == "revoke_all" else session.credential]

    @invariant()
    def the_dead_are_dead_and_no_update_is_lost(self) -> None:
        for session in self.known[-2:]:
            for former in session.former[-2:]:
                assert "refused" in self.alone("verify", former)
            found = self.alone("verify", session.credential)
            if session.is_live:
                assert (found["handle"], found["data"]) == (session.handle, session.data)
            else:
                assert "refused" in found


def explore(crew: Crew, share: int = 8) -> None:
    machine = type("AtOnceHere", (AtOnce,), {"crew": crew})
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=settings().max_examples // share, stateful_step_count=12),
    )


def test_threads_leave_what_some_order_leaves(store: SessionStore, clock: FakeClock) -> None:
    """Of one node, over every store."""
    manager = SessionManager(store, LIFETIMES, now=clock)
    explore(Threads(manager, lambda now: setattr(clock, "now", now)))


SERVES = """
import sys
from tests.sessions.test_at_once import a_store
from tests.sessions.conftest import LIFETIMES
from tests.conftest import FakeClock
from tests.tokens.workers import serve
from sessions import SessionManager
clock = FakeClock()
manager = SessionManager(a_store(sys.argv[1]), LIFETIMES, now=clock)
serve(manager, lambda now: setattr(clock, "now", now))
"""


def a_store(where: str) -> SessionStore:
    from valkey import Valkey

    return RedisStore(Valkey.from_url(where)) if "://" in where else SQLiteStore(where)


@pytest.fixture(params=["sqlite", "redis"])
def processes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Processes]:
    where = str(tmp_path / "sessions.db")
    if request.param == "redis":
        where = request.getfixturevalue("services").redis_url
    with Processes(SERVES, where) as made:
        yield made


def test_processes_leave_what_some_order_leaves(processes: Processes) -> None:
    """Of several nodes, over what they share."""
    explore(processes, share=20)
