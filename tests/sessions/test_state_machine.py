"""Any history of verbs gives what a dict says it should: the lifecycle, over every store."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from sessions import InvalidSession, Lifetimes, SessionManager
from sessions.stores.base import SessionStore
from sessions.stores.memory import MemoryStore
from tests.conftest import FakeClock

INACTIVITY_S, ABSOLUTE_S, TOUCH_S = 100, 1000, 10
LIFETIMES = Lifetimes(
    inactivity=timedelta(seconds=INACTIVITY_S),
    absolute=timedelta(seconds=ABSOLUTE_S),
    touch=timedelta(seconds=TOUCH_S),
)
SUBJECTS = st.sampled_from(["alice", "bob"])
KEYS = st.sampled_from(["a", "b"])
VALUES = st.none() | st.integers(0, 9) | st.text(max_size=3)


@dataclass
class Model:
    """One session as it should be."""

    subject: str | None
    handle: str
    created_at: float
    seen_at: float
    data: dict[str, Any] = field(default_factory=dict)


class Lifecycle(RuleBasedStateMachine):
    """A manager beside a dict from credentials to what they should mean."""

    store: SessionStore
    credentials = Bundle("credentials")

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.manager = SessionManager(self.store, LIFETIMES, now=self.clock)
        self.live: dict[str, Model] = {}
        for subject in ("alice", "bob"):
            self.store.delete_subject(subject)

    def use(self, credential: str) -> Model | None:
        """What *credential* means now; notes the use, or forgets what has ended."""
        model = self.live.get(credential)
        if model is None:
            return None
        if self.ended(model):
            del self.live[credential]
            return None
        if self.clock.now - model.seen_at >= TOUCH_S:
            model.seen_at = self.clock.now
        return model

    def ended(self, model: Model) -> bool:
        now = self.clock.now
        return now >= model.created_at + ABSOLUTE_S or now >= model.seen_at + INACTIVITY_S

    @rule(target=credentials, subject=st.none() | SUBJECTS, key=KEYS, value=VALUES)
    def issue(self, subject: str | None, key: str, value: Any) -> str:
        grant = self.manager.issue(subject, {key: value})
        data = {} if value is None else {key: value}
        now = self.clock.now
        self.live[grant.credential] = Model(subject, grant.handle, now, now, data)
        return grant.credential

    @rule(credential=credentials)
    def verify(self, credential: str) -> None:
        model = self.use(credential)
        if model is None:
            self.refused(self.manager.verify, credential)
        else:
            identity = self.manager.verify(credential)
            assert (identity.subject, identity.data) == (model.subject, model.data)
            assert identity.handle == model.handle

    @rule(credential=credentials, key=KEYS, value=VALUES)
    def update(self, credential: str, key: str, value: Any) -> None:
        model = self.use(credential)
        if model is None:
            self.refused(self.manager.update, credential, {key: value})
            return
        self.manager.update(credential, {key: value})
        model.data.pop(key, None)
        if value is not None:
            model.data[key] = value

    @rule(target=credentials, credential=credentials, subject=st.none() | SUBJECTS)
    def renew(self, credential: str, subject: str | None) -> str:
        model = self.use(credential)
        if model is None:
            self.refused(self.manager.renew, credential, subject)
            return credential
        del self.live[credential]
        grant = self.manager.renew(credential, subject)
        now = self.clock.now
        if subject is None:
            renewed = Model(model.subject, model.handle, model.created_at, now, model.data)
        elif model.subject in (None, subject):
            renewed = Model(subject, model.handle, now, now, model.data)
        else:
            renewed = Model(subject, grant.handle, now, now)
        self.live[grant.credential] = renewed
        return grant.credential

    @rule(credential=consumes(credentials))
    def revoke(self, credential: str) -> None:
        model = self.live.pop(credential, None)
        if model is None:
            self.refused(self.manager.revoke, credential)
        elif self.ended(model):
            # Whether it can still be ended depends on whether it was cleared away by now.
            with contextlib.suppress(InvalidSession):
                self.manager.revoke(credential)
        else:
            self.manager.revoke(credential)
        self.refused(self.manager.verify, credential)

    @rule(credential=credentials, subject=SUBJECTS)
    def revoke_entry(self, credential: str, subject: str) -> None:
        model = self.live.get(credential)
        if model is None or self.ended(model):
            return
        ended = self.manager.revoke_entry(subject, model.handle)
        assert (ended is not None) == (model.subject == subject)
        if ended is not None:
            del self.live[credential]

    @rule(subject=SUBJECTS, credential=credentials)
    def revoke_all(self, subject: str, credential: str) -> None:
        kept = self.live.get(credential)
        self.manager.revoke_all(subject, kept.handle if kept else None)
        self.live = {c: m for c, m in self.live.items() if m is kept or m.subject != subject}

    @rule(seconds=st.sampled_from([1, TOUCH_S, INACTIVITY_S - 1, INACTIVITY_S, ABSOLUTE_S // 3]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @rule()
    def reap(self) -> None:
        self.store.reap(self.clock.now)

    @invariant()
    def the_live_are_listed(self) -> None:
        for subject in ("alice", "bob"):
            expected = {
                model.handle
                for model in self.live.values()
                if model.subject == subject and not self.ended(model)
            }
            assert {entry.handle for entry in self.manager.entries(subject)} == expected

    @staticmethod
    def refused(verb: Any, *arguments: Any) -> None:
        with pytest.raises(InvalidSession):
            verb(*arguments)


def test_any_history_is_what_the_model_says(store: SessionStore) -> None:
    """Hypothesis looks for a history that is not."""
    from hypothesis.stateful import run_state_machine_as_test

    machine = type("LifecycleHere", (Lifecycle,), {"store": store})
    share = 4 if isinstance(store, MemoryStore) else 8
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=settings().max_examples // share, stateful_step_count=30),
    )
