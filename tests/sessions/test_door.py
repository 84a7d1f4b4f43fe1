"""The door: a caller's mistake is named at once, and whatever the network sends is only refused."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sessions import InvalidSession, Lifetimes, Reason, SessionManager
from sessions.door import LONGEST, MAX_NAME_BYTES
from sessions.stores.cached import CachedStore
from sessions.stores.memory import MemoryStore

HOUR = timedelta(hours=1)


class Name(str):
    """A str of a kind of its own, as Markup is."""


@dataclass
class Visitor:
    address: Any
    user_agent: Any


NO_SUBJECTS: list[Any] = [
    42,
    0,
    True,
    1.5,
    uuid.UUID(int=7),
    b"alice",
    ["alice"],
    {"sub": "alice"},
    object(),
    "",
    "a\ud800b",
    "x" * (MAX_NAME_BYTES + 1),
    "é" * (MAX_NAME_BYTES // 2 + 1),
]
NO_CREDENTIALS: list[Any] = [
    None,
    5,
    True,
    b"",
    b"a" * 43,
    ["a" * 43],
    {},
    object(),
    "",
    "\ud800" * 43,
    "\x00" * 43,
    "a" * 1_000_000,
]


@pytest.mark.parametrize("subject", NO_SUBJECTS, ids=lambda each: repr(each)[:20])
def test_what_is_no_subject_is_named_wherever_one_is_taken(
    manager: SessionManager, subject: Any
) -> None:
    """With the same words over every store, and nothing is changed."""
    visitor = manager.issue(None)
    for call in (
        manager.issue,
        partial(manager.renew, visitor.credential),
        manager.revoke_all,
        manager.entries,
        partial(manager.revoke_entry, handle=visitor.handle),
    ):
        with pytest.raises((TypeError, ValueError), match="a subject"):
            call(subject)
    assert manager.verify(visitor.credential).subject is None


@pytest.mark.parametrize(
    "subject", ["a\x00b", "x" * MAX_NAME_BYTES, " lead", "0", "None", "用户", Name("alice")]
)
def test_a_subject_comes_back_as_plain_text(manager: SessionManager, subject: str) -> None:
    """Whatever it says, over every store; and it is known by it."""
    grant = manager.issue(subject)
    found = manager.verify(grant.credential).subject
    assert (found, type(found)) == (subject, str)
    assert [entry.subject for entry in manager.entries(subject)] == [subject]
    manager.revoke_all(subject)
    with pytest.raises(InvalidSession):
        manager.verify(grant.credential)


@pytest.mark.parametrize("credential", NO_CREDENTIALS, ids=lambda each: repr(each)[:20])
def test_a_credential_of_any_type_is_only_refused(manager: SessionManager, credential: Any) -> None:
    """It comes from the network: malformed, and no error of another kind."""
    for call in (
        manager.verify,
        manager.revoke,
        manager.renew,
        partial(manager.renew, subject="alice"),
        partial(manager.update, changes={"a": 1}),
    ):
        with pytest.raises(InvalidSession) as caught:
            call(credential)
        assert caught.value.reason is Reason.MALFORMED


@pytest.mark.parametrize("handle", [None, 5, b"", "", "\ud800", "x" * 10_000, object()])
def test_a_handle_of_any_type_is_nobodys(manager: SessionManager, handle: Any) -> None:
    """It comes from a form: there is no such session."""
    grant = manager.issue("alice")
    assert manager.revoke_entry("alice", handle) is None
    assert manager.verify(grant.credential).subject == "alice"


@pytest.mark.parametrize("keep", [5, True, b"x", "", "\ud800"])
def test_a_kept_handle_that_is_none_ends_nothing(manager: SessionManager, keep: Any) -> None:
    """Who meant to stay logged in is not logged out for a mistake."""
    grant = manager.issue("alice")
    with pytest.raises((TypeError, ValueError), match="keep"):
        manager.revoke_all("alice", keep)
    assert manager.verify(grant.credential).subject == "alice"


@pytest.mark.parametrize("data", [[], "", 0, "text", ["a"], 5, [("a", 1)]])
def test_data_that_is_no_mapping_is_named(manager: SessionManager, data: Any) -> None:
    """At issue and at update."""
    grant = manager.issue("alice")
    for call in (partial(manager.issue, "alice"), partial(manager.update, grant.credential)):
        with pytest.raises(TypeError, match="mapping"):
            call(data)


@pytest.mark.parametrize("key", [1, None, True, b"a", ("a",), "\ud800", 1.5])
def test_a_data_key_that_is_no_text_is_named(manager: SessionManager, key: Any) -> None:
    """At issue and at update, over every store; nothing is changed."""
    grant = manager.issue("alice", {"a": 1})
    for call in (partial(manager.issue, "alice"), partial(manager.update, grant.credential)):
        with pytest.raises(ValueError, match="names that are text"):
            call({"b": 1, key: 1})
    assert manager.verify(grant.credential).data == {"a": 1}


@pytest.mark.parametrize("key", ["", "\x00", "d:a", "é", "a\nb", " "])
def test_any_text_is_a_data_key(manager: SessionManager, key: str) -> None:
    """Over every store."""
    assert manager.verify(manager.issue("alice", {key: 1}).credential).data == {key: 1}


def test_a_value_of_a_kind_of_its_own_is_named(manager: SessionManager) -> None:
    """Markup is a str to Python; what would come back is another thing."""
    with pytest.raises(ValueError, match="'name'"):
        manager.issue("alice", {"name": Name("alice")})


@pytest.mark.parametrize("client", [5, "192.0.2.1", {}, Visitor(1, ""), Visitor("", b"x")])
def test_a_client_of_another_type_is_named(manager: SessionManager, client: Any) -> None:
    """At issue and at renewal, before anything is changed."""
    grant = manager.issue("alice")
    for call in (manager.issue, partial(manager.renew, grant.credential)):
        with pytest.raises(TypeError, match="address and user_agent"):
            call("alice", client=client)
    assert manager.verify(grant.credential).subject == "alice"


def test_what_a_client_sends_of_itself_refuses_no_login(manager: SessionManager) -> None:
    """No address, as over a unix socket; an agent that UTF-8 cannot encode, or far too long."""
    manager.issue("alice", client=Visitor(None, "a\ud800" + "x" * 1000))
    [entry] = manager.entries("alice")
    assert (entry.address, entry.user_agent[:3], len(entry.user_agent)) == ("", "a?x", 256)


@pytest.mark.parametrize(
    "store", [None, "redis://127.0.0.1", Path("sessions.db"), MemoryStore, object(), {}]
)
def test_what_is_no_store_is_named(store: Any) -> None:
    """A URL, a path, a class where an instance belongs."""
    for made in (SessionManager, partial(CachedStore, trust=HOUR)):
        with pytest.raises(TypeError, match="store is an object"):
            made(store)


def a_manager(**options: Any) -> SessionManager:
    return SessionManager(MemoryStore(), **options)


@pytest.mark.parametrize("value", [0, -1, True, 1.5, "5", float("nan")])
@pytest.mark.parametrize("name", ["max_sessions", "max_data_bytes"])
def test_a_limit_that_is_none_is_named(name: str, value: Any) -> None:
    """Counts are whole numbers of one or more, and True is none."""
    with pytest.raises((TypeError, ValueError), match=name):
        a_manager(**{name: value})


@pytest.mark.parametrize(
    "options",
    [
        {"at_max": "end_oldest"},
        {"at_max": None},
        {"now": 5.0},
        {"lifetimes": 1800},
        {"lifetimes": HOUR},
        {"lifetimes": Lifetimes},
    ],
)
def test_an_option_of_another_type_is_named(options: dict[str, Any]) -> None:
    """At construction, and not at the first login."""
    [name] = options
    with pytest.raises((TypeError, ValueError), match=name):
        a_manager(**options)


NO_DURATIONS: list[Any] = [1800, 30.0, True, "30m", float("nan"), float("inf"), LONGEST * 2]


@pytest.mark.parametrize("value", NO_DURATIONS, ids=repr)
@pytest.mark.parametrize("name", ["inactivity", "absolute", "touch", "renewal"])
def test_a_limit_of_time_that_is_none_is_named(name: str, value: Any) -> None:
    """With the remedy; one that is too long would overflow in some store."""
    limits: dict[str, Any] = {"inactivity": HOUR, "absolute": HOUR, name: value}
    with pytest.raises((TypeError, ValueError), match=f"{name} is"):
        Lifetimes(**limits)


def test_the_longest_limits_work_over_every_store(manager: SessionManager) -> None:
    """A century is no overflow."""
    longest = SessionManager(manager.store, Lifetimes(LONGEST, LONGEST, renewal=LONGEST))
    assert longest.verify(longest.issue("alice").credential).subject == "alice"


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        (lambda: CachedStore(MemoryStore(), 5), "trust"),  # type: ignore[arg-type]
        (lambda: CachedStore(MemoryStore(), timedelta(0)), "trust"),
        (lambda: CachedStore(MemoryStore(), HOUR, max_remembered=0), "max_remembered"),
        (lambda: CachedStore(MemoryStore(), HOUR, now=5), "now"),  # type: ignore[arg-type]
    ],
)
def test_a_cache_that_could_not_work_is_named(wrong: Callable[[], object], name: str) -> None:
    """At construction."""
    with pytest.raises((TypeError, ValueError), match=name):
        wrong()
