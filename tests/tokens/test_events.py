"""What is reported of a family's life, and that no secret is in it."""

from __future__ import annotations

import logging

import pytest

from tests.conftest import FakeClock
from tokens.stores.memory import MemoryStore

from .conftest import ACCESS_S, INACTIVITY_S, a_manager, reason_for, renewal_reason


def test_events_carry_what_a_monitor_needs(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Age of a family, whether a renewal was a repetition, how strong a revocation was."""
    manager = a_manager(MemoryStore(), clock)
    grant = manager.issue("alice")
    clock.advance(60)
    with caplog.at_level(logging.INFO, "tokens.audit"):
        caplog.clear()  # of the login, if an app before this has asked for all events
        manager.renew(grant.renewal or "")
        manager.renew(grant.renewal or "")
        manager.revoke(grant.credential)
    facts = [vars(record)["facts"] for record in caplog.records]
    assert [(each["repeated"], each["age_s"]) for each in facts[:2]] == [(False, 60), (True, 60)]
    assert (facts[2]["strength"], facts[2]["at"]) == ("at-expiry", clock.now + ACCESS_S)


def test_events_tell_what_happened_and_no_secret(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The life of a family, in order, without any credential."""
    manager = a_manager(MemoryStore(), clock, "denylist")
    with caplog.at_level(logging.INFO, "tokens.audit"):
        first = manager.issue(None)
        second = manager.renew(first.renewal or "", "alice")
        reason_for(manager, first.credential)
        manager.revoke(second.credential)
        third = manager.issue("alice")
        clock.advance(INACTIVITY_S)
        renewal_reason(manager, third.renewal)
    assert [record.message for record in caplog.records] == [
        "authn_token_created",
        "authn_token_renewed",
        "authn_token_created",
        "authn_token_rejected",
        "authn_token_revoked",
        "authn_token_created",
        "authn_token_expired",
        "authn_token_rejected",
    ]
    said = " ".join(str(vars(record)) for record in caplog.records)
    assert "alice" in said
    for grant in (first, second, third):
        assert grant.credential not in said
        assert (grant.renewal or "").partition(".")[2] not in said
