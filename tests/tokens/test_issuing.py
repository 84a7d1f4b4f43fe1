"""What is issued and what comes back: names, data and its limits; and what is no token."""

from __future__ import annotations

from functools import partial

import pytest

from tests.conftest import FakeClock
from tokens import DataTooLarge, InvalidToken, Reason, TokenManager
from tokens.stores.memory import MemoryStore
from tokens.testing import at_once

from .conftest import ACCESS_S, a_manager, renewal_reason


def test_verify_names_who_was_issued(manager: TokenManager, clock: FakeClock) -> None:
    """Subject, data, handle and instants come back as they were given."""
    grant = manager.issue("alice", {"cart": {"apple": 2}, "note": "é", "none": None})
    identity = manager.verify(grant.credential)
    assert (identity.subject, identity.handle) == ("alice", grant.handle)
    assert identity.data == {"cart": {"apple": 2}, "note": "é"}
    assert (identity.created_at, identity.expires_at) == (clock.now, clock.now + ACCESS_S)
    assert grant.expires_at == identity.expires_at


def test_an_anonymous_visitor_has_no_subject(manager: TokenManager) -> None:
    """None goes in and None comes out; an empty name is a mistake."""
    assert manager.verify(manager.issue(None).credential).subject is None
    with pytest.raises(ValueError, match="must not be empty"):
        manager.issue("")


@pytest.mark.parametrize("hostile", ["", "x", "a.b.c", "..", "é.é.é", "a" * 10_000, "\x00" * 43])
def test_a_malformed_token_is_refused(manager: TokenManager, hostile: str) -> None:
    """Whatever is given, the answer is a rejection."""
    for verb in (
        manager.verify,
        manager.renew,
        manager.revoke,
        partial(manager.renew, subject="alice"),
        partial(manager.update, changes={"a": 1}),
    ):
        with pytest.raises(InvalidToken):
            verb(hostile)


def test_an_unknown_refresh_token_is_never_adopted(manager: TokenManager) -> None:
    """A client cannot choose its token, not even with the handle of a live family."""
    grant = manager.issue("alice")
    for chosen in ("A" * 16 + "." + "A" * 67, f"{grant.handle}.{'A' * 67}"):
        assert renewal_reason(manager, chosen) is Reason.UNKNOWN
        with pytest.raises(InvalidToken):
            manager.renew(chosen, "alice")
    assert manager.renew(grant.renewal or "").handle == grant.handle


def test_update_gives_a_new_token(manager: TokenManager) -> None:
    """The state is in the credential: the new one has the change, the old one has not."""
    grant = manager.issue("alice", {"a": 1, "b": 1})
    updated = manager.update(grant.credential, {"b": None, "c": [1, {"d": 2.5}]})
    assert manager.verify(updated.credential).data == {"a": 1, "c": [1, {"d": 2.5}]}
    assert manager.verify(grant.credential).data == {"a": 1, "b": 1}
    assert updated.renewal is None


def test_a_renewal_carries_the_last_update(manager: TokenManager) -> None:
    """The data is kept with the family, for a client that comes with its refresh token alone."""
    grant = manager.issue("alice", {"a": 1})
    manager.update(grant.credential, {"b": 2})
    renewed = manager.renew(grant.renewal or "")
    assert manager.verify(renewed.credential).data == {"a": 1, "b": 2}


def test_an_old_token_brings_an_old_cart_back(manager: TokenManager) -> None:
    """What it costs that the state travels: a replay undoes an update."""
    grant = manager.issue("alice", {"cart": {"apple": 1}})
    manager.update(grant.credential, {"cart": None})
    replayed = manager.update(grant.credential, {"other": 1})
    assert manager.verify(replayed.credential).data == {"cart": {"apple": 1}, "other": 1}


def test_data_past_the_limit_changes_nothing(clock: FakeClock) -> None:
    """At issue and at update; the error names the key and is a ValueError."""
    small = a_manager(MemoryStore(), clock)
    with pytest.raises(DataTooLarge, match="'large'"):
        small.issue("alice", {"small": 1, "large": "x" * 5000})
    grant = small.issue("alice", {"small": 1})
    with pytest.raises(ValueError, match="'large'"):
        small.update(grant.credential, {"large": "x" * 5000})
    renewed = small.renew(grant.renewal or "")
    assert small.verify(renewed.credential).data == {"small": 1}


@pytest.mark.parametrize(
    "value", [object(), b"bytes", {1: 2}, (1, 2), {1, 2}, float("nan"), float("inf"), "\ud800"]
)
def test_only_plain_data_is_kept(manager: TokenManager, value: object) -> None:
    """What JSON cannot carry is refused."""
    with pytest.raises(ValueError, match="token data"):
        manager.issue("alice", {"key": value})


def test_deep_data_is_refused(manager: TokenManager) -> None:
    """A bound on depth comes before any stack does."""
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValueError, match="deep"):
        manager.issue("alice", {"key": deep})


def test_concurrent_updates_each_lack_the_others_change(manager: TokenManager) -> None:
    """What it costs that the state travels: the promise of sessions cannot be kept here."""
    grant = manager.issue("alice")
    names = [f"key-{n}" for n in range(4)]
    grants = at_once(*(partial(manager.update, grant.credential, {name: 1}) for name in names))
    held = [set(manager.verify(each.credential).data) for each in grants]
    assert held == [{name} for name in names]
