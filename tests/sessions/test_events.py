"""What is reported of a session's life, and that no secret is in it."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from sessions import Lifetimes, SessionManager
from sessions.stores.memory import MemoryStore
from tests.conftest import FakeClock

from .conftest import INACTIVITY_S, reason_for


def test_events_tell_what_happened_and_no_secret(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The life of a session, in order, without any credential."""
    manager = SessionManager(
        MemoryStore(),
        Lifetimes(inactivity=timedelta(minutes=30), absolute=timedelta(hours=8)),
        now=clock,
    )
    with caplog.at_level(logging.INFO, "sessions.audit"):
        first = manager.issue(None)
        second = manager.renew(first.credential, "alice")
        reason_for(manager, first.credential)
        manager.revoke(second.credential)
        third = manager.issue("alice")
        clock.advance(INACTIVITY_S)
        reason_for(manager, third.credential)
    assert [record.message for record in caplog.records] == [
        "session_created",
        "session_renewed",
        "session_rejected",
        "session_revoked",
        "session_created",
        "session_expired",
    ]
    said = " ".join(str(vars(record)) for record in caplog.records)
    assert "alice" in said
    for grant in (first, second, third):
        assert grant.credential not in said
