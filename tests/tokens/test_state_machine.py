"""Any history of verbs gives what a dict says it should: the lifecycle, over stores and strategies.

The other half is tests/sessions/test_state_machine.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from tests.conftest import FakeClock
from tokens import InvalidToken, Lifetimes, TokenManager
from tokens.revocation.following import Following
from tokens.stores.base import TokenStore
from tokens.stores.memory import MemoryStore

from .conftest import AUDIENCE, ISSUER, RING, STRATEGIES, a_strategy

ACCESS_S, INACTIVITY_S, ABSOLUTE_S, GRACE_S = 40, 100, 1000, 10
LIFETIMES = Lifetimes(
    inactivity=timedelta(seconds=INACTIVITY_S),
    absolute=timedelta(seconds=ABSOLUTE_S),
    access=timedelta(seconds=ACCESS_S),
    grace=timedelta(seconds=GRACE_S),
)
SUBJECTS = st.sampled_from(["alice", "bob"])
KEYS = st.sampled_from(["a", "b"])
VALUES = st.none() | st.integers(0, 9) | st.text(max_size=3)


@dataclass
class Family:
    """One family as it should be."""

    subject: str | None
    handle: str
    created_at: float
    seen_at: float
    data: dict[str, Any]
    current: str
    spent: dict[str, tuple[float, str]] = field(default_factory=dict)
    is_kept: bool = True
    is_called_back: bool = False

    @property
    def ends_at(self) -> float:
        return min(self.created_at + ABSOLUTE_S, self.seen_at + INACTIVITY_S)


@dataclass
class Access:
    """One access token as it should be."""

    family: Family
    data: dict[str, Any]
    expires_at: float


class Lifecycle(RuleBasedStateMachine):
    """A manager beside dicts from tokens to what they should mean."""

    store: TokenStore
    strategy: str
    accesses = Bundle("accesses")
    renewals = Bundle("renewals")

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.revocation = a_strategy(self.strategy, self.store, self.clock)
        self.manager = TokenManager(
            RING,
            self.store,
            self.revocation,
            LIFETIMES,
            issuer=ISSUER,
            audience=AUDIENCE,
            now=self.clock,
        )
        self.access: dict[str, Access] = {}
        self.families: dict[str, Family] = {}
        for subject in ("alice", "bob"):
            self.store.delete_subject(subject)

    def teardown(self) -> None:
        self.revocation.close()

    def works(self, token: str) -> bool:
        access = self.access[token]
        can_call_back = self.strategy != "expiry"
        called_back = access.family.is_called_back and can_call_back
        return self.clock.now < access.expires_at and not called_back

    def is_live(self, family: Family) -> bool:
        return family.is_kept and self.clock.now < family.ends_at

    def called_back(self, *families: Family) -> None:
        for family in families:
            family.is_kept = False
            family.is_called_back = True
        if isinstance(self.revocation, Following):
            self.revocation.look()

    def granted(self, grant: Any, family: Family) -> str:
        ends_at = min(int(self.clock.now) + ACCESS_S, int(family.created_at) + ABSOLUTE_S)
        assert grant.expires_at == ends_at
        self.access[grant.credential] = Access(family, dict(family.data), ends_at)
        token: str = grant.credential
        return token

    def begun(self, grant: Any, subject: str | None, data: dict[str, Any]) -> Family:
        now = self.clock.now
        family = Family(subject, grant.handle, now, now, data, grant.renewal)
        self.families[grant.handle] = family
        return family

    @rule(target=accesses, subject=st.none() | SUBJECTS, key=KEYS, value=VALUES)
    def issue(self, subject: str | None, key: str, value: Any) -> str:
        grant = self.manager.issue(subject, {key: value})
        data = {} if value is None else {key: value}
        return self.granted(grant, self.begun(grant, subject, data))

    @rule(target=renewals, token=accesses)
    def remember_its_refresh_token(self, token: str) -> str:
        return self.access[token].family.current

    @rule(token=accesses)
    def verify(self, token: str) -> None:
        if not self.works(token):
            self.refused(self.manager.verify, token)
            return
        access = self.access[token]
        identity = self.manager.verify(token)
        assert (identity.subject, identity.data) == (access.family.subject, access.data)
        assert identity.handle == access.family.handle

    @rule(target=accesses, token=accesses, key=KEYS, value=VALUES)
    def update(self, token: str, key: str, value: Any) -> str:
        access = self.access[token]
        family = access.family
        if not (self.works(token) and self.is_live(family)):
            self.refused(self.manager.update, token, {key: value})
            return token
        grant = self.manager.update(token, {key: value})
        changed = {**access.data, key: value}
        family.data = {name: kept for name, kept in changed.items() if kept is not None}
        return self.granted(grant, family)

    @rule(target=accesses, renewal=renewals)
    def renew(self, renewal: str) -> str:
        family = self.families[renewal.partition(".")[0]]
        if not self.rotates(renewal, family):
            self.refused(self.manager.renew, renewal)
            return next(token for token, each in self.access.items() if each.family is family)
        grant = self.manager.renew(renewal)
        self.rotated(renewal, family, grant.renewal or "")
        return self.granted(grant, family)

    def rotates(self, renewal: str, family: Family) -> bool:
        """Whether *renewal* gives a successor; if not, the family is over from now on."""
        now = self.clock.now
        if not family.is_kept:
            return False
        if now >= family.ends_at:
            family.is_kept = False
            return False
        if renewal == family.current or family.spent[renewal][0] >= now - GRACE_S:
            return True
        self.refused(self.manager.renew, renewal)
        self.called_back(family)
        return False

    def rotated(self, renewal: str, family: Family, successor: str) -> None:
        if renewal == family.current:
            family.spent[renewal] = (self.clock.now, successor)
            family.current, family.seen_at = successor, self.clock.now
        else:
            assert successor == family.spent[renewal][1]

    @rule(target=accesses, token=accesses, subject=SUBJECTS)
    def log_in_with_an_access_token(self, token: str, subject: str) -> str:
        access = self.access[token]
        if not (self.works(token) and self.is_live(access.family)):
            self.refused(self.manager.renew, token, subject)
            if self.works(token):
                # What was found to be over is cleared away, and called back where that can be.
                self.called_back(access.family)
            return token
        return self.logged_in(token, access.family, access.data, subject)

    @rule(target=accesses, renewal=renewals, subject=SUBJECTS)
    def log_in_with_a_refresh_token(self, renewal: str, subject: str) -> str:
        family = self.families[renewal.partition(".")[0]]
        if not self.rotates(renewal, family):
            self.refused(self.manager.renew, renewal, subject)
            return next(token for token, each in self.access.items() if each.family is family)
        return self.logged_in(renewal, family, family.data, subject)

    def logged_in(self, held: str, family: Family, data: dict[str, Any], subject: str) -> str:
        grant = self.manager.renew(held, subject)
        self.called_back(family)
        kept = dict(data) if family.subject in (None, subject) else {}
        return self.granted(grant, self.begun(grant, subject, kept))

    @rule(token=accesses)
    def revoke(self, token: str) -> None:
        family = self.access[token].family
        if not (family.is_kept or self.works(token)):
            self.refused(self.manager.revoke, token)
            return
        self.manager.revoke(token)
        self.called_back(family)
        if self.strategy != "expiry":
            self.refused(self.manager.verify, token)

    @rule(token=accesses, subject=SUBJECTS)
    def revoke_entry(self, token: str, subject: str) -> None:
        family = self.access[token].family
        ended = self.manager.revoke_entry(subject, family.handle)
        assert (ended is not None) == (family.is_kept and family.subject == subject)
        if ended is not None:
            self.called_back(family)

    @rule(token=accesses, subject=SUBJECTS, keeps=st.booleans())
    def revoke_all(self, token: str, subject: str, keeps: bool) -> None:
        kept = self.access[token].family.handle if keeps else None
        self.manager.revoke_all(subject, kept)
        own = [family for family in self.families.values() if family.subject == subject]
        if self.strategy != "generation" or keeps:
            own = [family for family in own if family.is_kept and family.handle != kept]
        self.called_back(*own)

    @rule(seconds=st.sampled_from([1, GRACE_S, GRACE_S + 1, ACCESS_S, INACTIVITY_S, 300]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)
        if isinstance(self.revocation, Following):
            self.revocation.look()

    @rule()
    def reap(self) -> None:
        if self.store.reap(self.clock.now):
            for family in self.families.values():
                family.is_kept = family.is_kept and family.ends_at > self.clock.now

    @invariant()
    def the_live_are_listed(self) -> None:
        for subject in ("alice", "bob"):
            expected = {
                family.handle
                for family in self.families.values()
                if family.subject == subject and family.is_kept
                if self.clock.now < family.ends_at
            }
            assert {entry.handle for entry in self.manager.entries(subject)} == expected

    @staticmethod
    def refused(verb: Any, *arguments: Any) -> None:
        with pytest.raises(InvalidToken):
            verb(*arguments)


def explore(store: TokenStore, strategy: str, share: int) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    machine = type("LifecycleHere", (Lifecycle,), {"store": store, "strategy": strategy})
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=settings().max_examples // share, stateful_step_count=50),
    )


@pytest.mark.parametrize("strategy", ["denylist", "generation"])
def test_any_history_is_what_the_model_says(store: TokenStore, strategy: str) -> None:
    """Hypothesis looks for a history that is not, over every store."""
    explore(store, strategy, 2 if isinstance(store, MemoryStore) else 8)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_any_history_is_what_the_model_says_under_any_strategy(strategy: str) -> None:
    """Also where revocation is late, or not at all."""
    explore(MemoryStore(), strategy, 1)
