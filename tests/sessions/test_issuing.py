"""What is issued and what comes back: names, data and its limits; and what is no session ID."""

from __future__ import annotations

from functools import partial

import pytest

from sessions import DataTooLarge, InvalidSession, Reason, SessionManager
from sessions.stores.memory import MemoryStore
from sessions.testing import at_once
from tests.conftest import FakeClock

from .conftest import INACTIVITY_S, reason_for


def test_verify_names_who_was_issued(manager: SessionManager, clock: FakeClock) -> None:
    """Subject, data, handle and instants come back as they were given."""
    grant = manager.issue("alice", {"cart": {"apple": 2}, "note": "é", "none": None})
    identity = manager.verify(grant.credential)
    assert (identity.subject, identity.handle) == ("alice", grant.handle)
    assert identity.data == {"cart": {"apple": 2}, "note": "é"}
    assert (identity.created_at, identity.expires_at) == (clock.now, clock.now + INACTIVITY_S)
    assert grant.expires_at == identity.expires_at


def test_an_anonymous_visitor_has_no_subject(manager: SessionManager) -> None:
    """None goes in and None comes out; an empty name is a mistake."""
    assert manager.verify(manager.issue(None).credential).subject is None
    with pytest.raises(ValueError, match="must not be empty"):
        manager.issue("")


@pytest.mark.parametrize(
    "hostile",
    ["", "x", "a" * 42, "a" * 44, "a" * 42 + "\n", "é" * 43, "../" * 14 + "a", "\x00" * 43],
)
def test_a_malformed_id_is_refused(manager: SessionManager, hostile: str) -> None:
    """Anything that this package would not have made is refused before the store is asked."""
    assert reason_for(manager, hostile) is Reason.MALFORMED
    for verb in (manager.renew, manager.revoke, partial(manager.update, changes={"a": 1})):
        with pytest.raises(InvalidSession):
            verb(hostile)


def test_an_unknown_id_is_never_adopted(manager: SessionManager) -> None:
    """A client cannot choose its ID: neither verifying nor renewing makes it one."""
    chosen = "A" * 43
    assert reason_for(manager, chosen) is Reason.UNKNOWN
    with pytest.raises(InvalidSession):
        manager.renew(chosen, "alice")
    with pytest.raises(InvalidSession):
        manager.update(chosen, {"a": 1})
    assert reason_for(manager, chosen) is Reason.UNKNOWN
    assert manager.entries("alice") == []


def test_update_changes_key_by_key(manager: SessionManager) -> None:
    """No new grant: the ID says nothing about the state."""
    grant = manager.issue("alice", {"a": 1, "b": 1})
    manager.update(grant.credential, {"b": None, "c": [1, {"d": 2.5}]})
    assert manager.verify(grant.credential).data == {"a": 1, "c": [1, {"d": 2.5}]}


def test_data_given_out_is_a_copy(manager: SessionManager) -> None:
    """Changing what verify gave changes nothing that is kept."""
    grant = manager.issue("alice", {"cart": {"apple": 1}})
    manager.verify(grant.credential).data["cart"]["apple"] = 99
    assert manager.verify(grant.credential).data == {"cart": {"apple": 1}}


def test_data_past_the_limit_changes_nothing(clock: FakeClock) -> None:
    """At issue and at update; the error names the key and is a ValueError."""
    manager = SessionManager(MemoryStore(), max_data_bytes=100, now=clock)
    with pytest.raises(DataTooLarge, match="'large'"):
        manager.issue("alice", {"small": 1, "large": "x" * 100})
    grant = manager.issue("alice", {"small": 1})
    with pytest.raises(ValueError, match="'large'"):
        manager.update(grant.credential, {"large": "x" * 100})
    assert manager.verify(grant.credential).data == {"small": 1}


@pytest.mark.parametrize(
    "value",
    [object(), b"bytes", {1: 2}, (1, 2), {1, 2}, float("nan"), float("inf"), 2**70, "\ud800"],
)
def test_only_plain_data_is_kept(manager: SessionManager, value: object) -> None:
    """What JSON could not carry to the other half is refused by name."""
    with pytest.raises(ValueError, match="'key'"):
        manager.issue("alice", {"key": value})


def test_deep_data_is_refused(manager: SessionManager) -> None:
    """A bound on depth comes before any stack does."""
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValueError, match="deep"):
        manager.issue("alice", {"key": deep})


def test_concurrent_updates_of_different_keys_all_survive(manager: SessionManager) -> None:
    """No update is lost."""
    grant = manager.issue("alice")
    names = [f"key-{n}" for n in range(8)]
    at_once(*(partial(manager.update, grant.credential, {name: 1}) for name in names))
    assert set(manager.verify(grant.credential).data) == set(names)
