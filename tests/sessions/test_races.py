"""Every pair of verbs, in every interleaving of their store calls, over every store.

Whatever the order, the outcome is that of one verb after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import combinations_with_replacement
from typing import Any

import pytest

from sessions import Grant, InvalidSession, Lifetimes, SessionManager
from sessions.stores.base import SessionStore
from sessions.stores.cached import CachedStore
from sessions.stores.memory import MemoryStore
from tests.conftest import FakeClock
from tests.race_explorer import THOROUGH, Paused, Race, explore, fresh_names, interleavings

LIFETIMES = Lifetimes(
    inactivity=timedelta(minutes=30), absolute=timedelta(hours=8), touch=timedelta(minutes=1)
)
# What a request may do with a session that its browser holds; the name says which clock it needs.
VERBS: dict[str, Callable[[SessionManager, Grant, str], Any]] = {
    "verify": lambda m, g, _: m.verify(g.credential),
    "update one key": lambda m, g, _: m.update(g.credential, {"one": 1}),
    "update another": lambda m, g, _: m.update(g.credential, {"another": 2}),
    "update it again": lambda m, g, _: m.update(g.credential, {"one": 3}),
    "renew": lambda m, g, _: m.renew(g.credential),
    "log in": lambda m, g, s: m.renew(g.credential, s),
    "log in as another": lambda m, g, _: m.renew(g.credential, "another"),
    "revoke": lambda m, g, _: m.revoke(g.credential),
    "revoke entry": lambda m, g, s: m.revoke_entry(s, g.handle),
    "revoke all": lambda m, _, s: m.revoke_all(s),
}
PAIRS = list(combinations_with_replacement(VERBS, 2))
WRITING = ["verify", "update one key", "renew", "log in", "revoke", "revoke all"]
WRITING_PAIRS = list(combinations_with_replacement(WRITING, 2))
# What else may happen at once; in one store it is the same as in another.
EVERY_VERB: dict[str, Callable[[SessionManager, Grant, str], Any]] = {
    **VERBS,
    "issue": lambda m, _, s: m.issue(s),
    "revoke others": lambda m, g, s: m.revoke_all(s, g.handle),
    "entries": lambda m, _, s: len(m.entries(s)),
}
EVERY_PAIR = list(combinations_with_replacement(EVERY_VERB, 2))
AGES = {"touched lately": 1.0, "due for a touch": 120.0, "expired": 1801.0}


def seen(manager: SessionManager, credential: str) -> Any:
    try:
        identity = manager.verify(credential)
    except InvalidSession:
        return "refused"
    return (identity.subject == "another", dict(sorted(identity.data.items())))


def summary(result: Any) -> str:
    if isinstance(result, InvalidSession):
        return "refused"
    return str(result) if isinstance(result, int) else type(result).__name__


def a_race(
    first: str, second: str, age: str, manager: SessionManager, paused: Paused, clock: FakeClock
) -> Race | None:
    names = fresh_names()
    start = clock.now

    def outcome_of(schedule: str) -> tuple[Any, str]:
        subject = next(names)
        clock.now = start
        grant = manager.issue(subject)
        clock.advance(AGES[age])
        a, b = EVERY_VERB[first], EVERY_VERB[second]
        results, taken = paused.run(
            (lambda: a(manager, grant, subject), lambda: b(manager, grant, subject)), schedule
        )
        held = [grant, *(result for result in results if isinstance(result, Grant))]
        left = sorted(str(seen(manager, each.credential)) for each in held)
        count = len(manager.entries(subject))
        for leftover in ("another", subject):
            manager.revoke_all(leftover)
        return ([summary(result) for result in results], left, count), taken

    return explore(outcome_of)


@pytest.mark.parametrize("age", AGES)
@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_two_verbs_at_once_are_one_after_the_other(
    first: str, second: str, age: str, clock: FakeClock
) -> None:
    """No resurrection, no lost update, no session that nobody can see."""
    paused = Paused(MemoryStore())
    manager = SessionManager(paused, LIFETIMES, now=clock)
    race = a_race(first, second, age, manager, paused, clock)
    assert race is None, f"{first} and {second}, {age}: {race}"


@pytest.mark.parametrize("age", AGES if THOROUGH else ["due for a touch"])
@pytest.mark.parametrize(("first", "second"), PAIRS if THOROUGH else WRITING_PAIRS)
def test_two_verbs_at_once_are_one_after_the_other_in_every_store(
    first: str, second: str, age: str, store: SessionStore, clock: FakeClock
) -> None:
    """Each operation of a store is one step there as it is in memory."""
    paused = Paused(store)
    manager = SessionManager(paused, LIFETIMES, now=clock)
    race = a_race(first, second, age, manager, paused, clock)
    assert race is None, f"{first} and {second}, {age}: {race}"


@pytest.mark.parametrize("age", AGES)
@pytest.mark.parametrize(("first", "second"), EVERY_PAIR)
def test_two_verbs_at_once_are_one_after_the_other_behind_a_cache(
    first: str, second: str, age: str, clock: FakeClock
) -> None:
    """What a node remembers is never older than what it has itself done, or been told."""
    paused = Paused(MemoryStore())
    cached = CachedStore(paused, timedelta(hours=1), now=clock)
    manager = SessionManager(cached, LIFETIMES, now=clock)
    race = a_race(first, second, age, manager, paused, clock)
    assert race is None, f"{first} and {second}, {age}: {race}"


class Careless(SessionManager):
    """The mistake that others live with: an update that writes back what it read."""

    def update(self, credential: str, changes: Any) -> None:
        from sessions.identifiers import digest
        from sessions.record import encode_values

        record = self.store.read(digest(credential))
        assert record is not None
        data = {**record.data, **encode_values(changes)}
        self.store.delete(digest(credential))
        self.store.create(
            digest(credential),
            type(record)(
                record.handle,
                record.subject,
                record.created_at,
                record.seen_at,
                record.renewed_at,
                data={k: v for k, v in data.items() if v is not None},
            ),
            record.created_at + 9999,
        )


def test_the_explorer_finds_a_resurrection(clock: FakeClock) -> None:
    """Given a manager that has one, it says so: a test that cannot fail proves nothing."""
    paused = Paused(MemoryStore())
    manager = Careless(paused, LIFETIMES, now=clock)

    def outcome_of(schedule: str) -> tuple[Any, str]:
        grant = manager.issue("alice")
        results, taken = paused.run(
            (
                lambda: manager.update(grant.credential, {"one": 1}),
                lambda: manager.revoke(grant.credential),
            ),
            schedule,
        )
        left = seen(manager, grant.credential)
        manager.revoke_all("alice")
        return ([summary(result) for result in results], left), taken

    race = explore(outcome_of)
    assert race is not None
    assert race.outcome[1] != "refused"
    # It has read the record; then comes the whole logout; then it writes what it has read.
    assert race.schedule == "aaabba"
    assert f"under the schedule {race.schedule!r}" in str(race)


def test_all_interleavings_are_tried() -> None:
    """As many as there are ways to choose the steps of one among all."""
    assert sorted(interleavings(2, 2)) == ["aabb", "abab", "abba", "baab", "baba", "bbaa"]
    assert len(set(interleavings(3, 4))) == 35
    assert sorted(interleavings(2, 2, switches=2)) == ["aabb", "abba", "baab", "bbaa"]
