"""Every pair of verbs, in the interleavings of their store calls, over stores and strategies.

Whatever the order, the outcome is that of one verb after the other. The other half is
tests/sessions/test_races.py. Every interleaving, over every store and strategy, is tried with
HYPOTHESIS_PROFILE=thorough.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Any

import pytest

from tests.conftest import FakeClock
from tests.race_explorer import THOROUGH, Paused, Race, explore, fresh_names
from tokens import Grant, Identity, InvalidToken, TokenManager
from tokens.revocation.following import Following
from tokens.stores.base import TokenStore
from tokens.stores.memory import MemoryStore

from .conftest import STRATEGIES, a_manager, a_strategy

AFTER_GRACE_S = 11
"""Long enough that the first refresh token of a family counts as stolen."""


@dataclass(frozen=True)
class Held:
    """What a client has of its family, and what a thief has."""

    credential: str
    renewal: str
    stolen: str
    handle: str


Verb = Callable[[TokenManager, Held, str], Any]
VERBS: dict[str, Verb] = {
    "issue": lambda m, _, s: m.issue(s),
    "verify": lambda m, h, _: m.verify(h.credential),
    "update one key": lambda m, h, _: m.update(h.credential, {"one": 1}),
    "update another": lambda m, h, _: m.update(h.credential, {"another": 2}),
    "renew": lambda m, h, _: m.renew(h.renewal),
    "reuse": lambda m, h, _: m.renew(h.stolen),
    "log in": lambda m, h, s: m.renew(h.credential, s),
    "log in by refresh": lambda m, h, s: m.renew(h.renewal, s),
    "log in as another": lambda m, h, _: m.renew(h.credential, "another"),
    "revoke": lambda m, h, _: m.revoke(h.credential),
    "revoke entry": lambda m, h, s: m.revoke_entry(s, h.handle),
    "revoke all": lambda m, _, s: m.revoke_all(s),
    "revoke others": lambda m, h, s: m.revoke_all(s, h.handle),
    "entries": lambda m, _, s: len(m.entries(s)),
}
PAIRS = list(combinations_with_replacement(VERBS, 2))
WRITING = ["issue", "update one key", "renew", "reuse", "log in by refresh", "revoke", "revoke all"]
WRITING_PAIRS = list(combinations_with_replacement(WRITING, 2))


def summary(verb: str, result: Any) -> Any:
    if verb == "revoke":
        # A logout that was cut short can be repeated, so of several at once each may say that it
        # did it. What is left tells whether it was done.
        return "over"
    if isinstance(result, Identity):
        return sorted(result.data.items())
    return result if result is None or isinstance(result, int) else type(result).__name__


def is_accepted(pair: set[str], strategy: str, outcome: Any) -> bool:
    """What no serial order gives, and is no harm; each with its reason."""
    said, left, listed, renewed = outcome
    one_is_left = bool(listed == [1, 0])
    begins = bool(pair & {"log in", "log in by refresh"})
    own_is_dead = "refused" in left or strategy == "expiry"
    if begins and "entries" in pair:
        # Between the end of the visitor's family and the beginning of the user's there is none.
        return 0 in said and own_is_dead and one_is_left
    if begins and "revoke all" in pair:
        # A login that begins while all are ended may survive it, as one a moment later would.
        return "Grant" in said and own_is_dead and one_is_left
    if pair == {"issue", "revoke all"} and strategy == "generation":
        # The same, but its first access token still carries the generation that was left: the
        # next renewal gives it one that is good.
        return set(left) == {"refused"} and renewed == ["refused", "renewed"]
    return False


def tried(verb: Callable[[str], Any], credential: str) -> Any:
    try:
        given = verb(credential)
    except InvalidToken:
        return "refused"
    return sorted(given.data.items()) if isinstance(given, Identity) else "renewed"


class Explored:
    """A manager whose store calls wait for their turn, and what two verbs leave behind."""

    def __init__(self, store: TokenStore, strategy: str, clock: FakeClock) -> None:
        self.clock = clock
        self.strategy = strategy
        self.paused = Paused(store)
        self.revocation = a_strategy(strategy, self.paused, clock)
        self.manager = a_manager(self.paused, clock, self.revocation)
        self.names = fresh_names()

    def race(self, first: str, second: str, switches: int) -> Race | None:
        return explore(
            lambda schedule: self.outcome_of(first, second, schedule),
            switches,
            lambda outcome: is_accepted({first, second}, self.strategy, outcome),
        )

    def outcome_of(self, first: str, second: str, schedule: str) -> tuple[Any, str]:
        manager, subject = self.manager, next(self.names)
        stolen = manager.issue(subject)
        own = manager.renew(stolen.renewal or "")
        self.clock.advance(AFTER_GRACE_S)
        held = Held(own.credential, own.renewal or "", stolen.renewal or "", own.handle)
        self.look()
        a, b = VERBS[first], VERBS[second]
        results, taken = self.paused.run(
            (lambda: a(manager, held, subject), lambda: b(manager, held, subject)), schedule
        )
        self.look()
        grants = [own, *(result for result in results if isinstance(result, Grant))]
        left = sorted(str(tried(manager.verify, each.credential)) for each in grants)
        listed = [len(manager.entries(name)) for name in (subject, "another")]
        renewals = {each.renewal for each in grants if each.renewal}
        renewed = sorted(tried(manager.renew, each) for each in renewals)
        for name in (subject, "another"):
            manager.revoke_all(name)
        said = [
            summary(verb, result) for verb, result in zip((first, second), results, strict=True)
        ]
        return (said, left, listed, renewed), taken

    def look(self) -> None:
        if isinstance(self.revocation, Following):
            self.revocation.look()


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_two_verbs_at_once_are_one_after_the_other(
    first: str, second: str, strategy: str, clock: FakeClock
) -> None:
    """No resurrection, no second chain, no success that did nothing; under every strategy."""
    race = Explored(MemoryStore(), strategy, clock).race(first, second, switches=2)
    assert race is None, f"{first} and {second}, {strategy}: {race}"


@pytest.mark.parametrize("strategy", STRATEGIES if THOROUGH else ["generation"])
@pytest.mark.parametrize(("first", "second"), PAIRS if THOROUGH else WRITING_PAIRS)
def test_two_verbs_at_once_are_one_after_the_other_in_every_store(
    first: str, second: str, strategy: str, store: TokenStore, clock: FakeClock
) -> None:
    """Each operation of a store is one step there as it is in memory."""
    race = Explored(store, strategy, clock).race(first, second, switches=2)
    assert race is None, f"{first} and {second}, {strategy}: {race}"


class Careless(TokenManager):
    """The mistake that others live with: an update that writes back what it read."""

    def update(self, credential: str, changes: Any) -> Grant:
        claims = self._access.live(credential)
        [record] = self.store.list_subject(claims.subject or "")
        self.store.delete(record.handle)
        self.store.create(b"key", record, record.seen_at + 9999)
        return self.issue(None)


def test_the_explorer_finds_a_resurrection(clock: FakeClock) -> None:
    """Given a manager that has one, it says so: a test that cannot fail proves nothing."""
    explored = Explored(MemoryStore(), "expiry", clock)
    explored.manager.__class__ = Careless
    race = explored.race("update one key", "revoke", switches=3)
    assert race is not None
    # It has read the family; then comes the whole logout; then it writes what it has read.
    assert race.schedule == "aaabbaa"
    assert "under the schedule 'aaabbaa'" in str(race)
    assert race.outcome[2] == [1, 0]


class Forked(MemoryStore):
    """A store that takes a token back before it gives the next: two steps where one must be."""

    def read(self, handle: str, key: bytes) -> Any:
        family = self._families.get(handle)
        if family is not None and key in family.spent:
            family.current = key
        return super().read(handle, key)


def test_the_explorer_finds_a_second_chain(clock: FakeClock) -> None:
    """Two renewals at once that both win, so that thief and client go on side by side."""
    race = Explored(Forked(), "expiry", clock).race("renew", "renew", switches=3)
    assert race is not None
    assert race.outcome[3] != ["renewed"]
