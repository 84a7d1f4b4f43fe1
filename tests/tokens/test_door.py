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

import tokens
from tests.conftest import FakeClock
from tokens import (
    Denylist,
    Expiry,
    Generation,
    InvalidToken,
    JwksClient,
    Key,
    KeyRing,
    Lifetimes,
    Pushed,
    Reason,
    Snapshot,
    StatusListClient,
    StatusLists,
    TokenManager,
    TokenVerifier,
    VerifiedTokens,
)
from tokens.door import LONGEST, MAX_NAME_BYTES
from tokens.revocation.filter import Filter
from tokens.stores.base import TokenStore
from tokens.stores.memory import MemoryStore

from .conftest import ISSUER, RING
from .conftest import a_manager as over

HOUR = timedelta(hours=1)


@pytest.fixture
def manager(store: TokenStore, clock: FakeClock) -> TokenManager:
    return over(store, clock, "generation")


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
    b"a.b.c",
    ["a.b.c"],
    {},
    object(),
    "",
    "\ud800.\ud800.\ud800",
    "\x00.\x00",
    "a" * 1_000_000,
]


@pytest.mark.parametrize("subject", NO_SUBJECTS, ids=lambda each: repr(each)[:20])
def test_what_is_no_subject_is_named_wherever_one_is_taken(
    manager: TokenManager, subject: Any
) -> None:
    """With the same words over every store, and nothing is changed."""
    visitor = manager.issue(None)
    for call in (
        manager.issue,
        partial(manager.renew, visitor.renewal or ""),
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
def test_a_subject_comes_back_as_plain_text(manager: TokenManager, subject: str) -> None:
    """Whatever it says, over every store; and it is known by it."""
    grant = manager.issue(subject)
    found = manager.verify(grant.credential).subject
    assert (found, type(found)) == (subject, str)
    assert [entry.subject for entry in manager.entries(subject)] == [subject]
    manager.revoke_all(subject)
    with pytest.raises(InvalidToken):
        manager.renew(grant.renewal or "")


@pytest.mark.parametrize("credential", NO_CREDENTIALS, ids=lambda each: repr(each)[:20])
def test_a_credential_of_any_type_is_only_refused(manager: TokenManager, credential: Any) -> None:
    """It comes from the network: malformed, and no error of another kind."""
    remembers = TokenManager(
        RING,
        manager.store,
        Expiry(),
        issuer=ISSUER,
        audience="a",
        verified=VerifiedTokens(),
    )
    for call in (
        remembers.verify,
        TokenVerifier(RING, issuer=ISSUER, audience="a").verify,
        manager.verify,
        manager.revoke,
        manager.renew,
        partial(manager.renew, subject="alice"),
        partial(manager.update, changes={"a": 1}),
    ):
        with pytest.raises(InvalidToken) as caught:
            call(credential)
        assert caught.value.reason is Reason.MALFORMED


@pytest.mark.parametrize("handle", [None, 5, b"", "", "\ud800", "x" * 10_000, object()])
def test_a_handle_of_any_type_is_nobodys(manager: TokenManager, handle: Any) -> None:
    """It comes from a form: there is no such family."""
    grant = manager.issue("alice")
    assert manager.revoke_entry("alice", handle) is None
    assert manager.verify(grant.credential).subject == "alice"


@pytest.mark.parametrize("keep", [5, True, b"x", "", "\ud800"])
def test_a_kept_handle_that_is_none_ends_nothing(manager: TokenManager, keep: Any) -> None:
    """Who meant to stay logged in is not logged out for a mistake."""
    grant = manager.issue("alice")
    with pytest.raises((TypeError, ValueError), match="keep"):
        manager.revoke_all("alice", keep)
    assert manager.verify(grant.credential).subject == "alice"


@pytest.mark.parametrize("data", [[], "", 0, "text", ["a"], 5, [("a", 1)]])
def test_data_that_is_no_mapping_is_named(manager: TokenManager, data: Any) -> None:
    """At issue and at update."""
    grant = manager.issue("alice")
    for call in (partial(manager.issue, "alice"), partial(manager.update, grant.credential)):
        with pytest.raises(TypeError, match="mapping"):
            call(data)


@pytest.mark.parametrize("key", [1, None, True, b"a", ("a",), "\ud800", 1.5])
def test_a_data_key_that_is_no_text_is_named(manager: TokenManager, key: Any) -> None:
    """At issue and at update, over every store; nothing is changed."""
    grant = manager.issue("alice", {"a": 1})
    for call in (partial(manager.issue, "alice"), partial(manager.update, grant.credential)):
        with pytest.raises(ValueError, match="names that are text"):
            call({"b": 1, key: 1})
    assert manager.verify(grant.credential).data == {"a": 1}


@pytest.mark.parametrize("key", ["", "\x00", "d:a", "é", "a\nb", " "])
def test_any_text_is_a_data_key(manager: TokenManager, key: str) -> None:
    """Over every store."""
    assert manager.verify(manager.issue("alice", {key: 1}).credential).data == {key: 1}


def test_a_value_of_a_kind_of_its_own_is_named(manager: TokenManager) -> None:
    """Markup is a str to Python; what would come back is another thing."""
    with pytest.raises(ValueError, match="'name'"):
        manager.issue("alice", {"name": Name("alice")})


@pytest.mark.parametrize("client", [5, "192.0.2.1", {}, Visitor(1, ""), Visitor("", b"x")])
def test_a_client_of_another_type_is_named(manager: TokenManager, client: Any) -> None:
    """At issue and at renewal, before anything is changed."""
    grant = manager.issue("alice")
    for call in (manager.issue, partial(manager.renew, grant.renewal or "")):
        with pytest.raises(TypeError, match="address and user_agent"):
            call("alice", client=client)
    assert manager.verify(grant.credential).subject == "alice"


def test_what_a_client_sends_of_itself_refuses_no_login(manager: TokenManager) -> None:
    """No address, as over a unix socket; an agent that UTF-8 cannot encode, or far too long."""
    manager.issue("alice", client=Visitor(None, "a\ud800" + "x" * 1000))
    [entry] = manager.entries("alice")
    assert (entry.address, entry.user_agent[:3], len(entry.user_agent)) == ("", "a?x", 256)


def a_manager(store: Any = None, **options: Any) -> TokenManager:
    store = store or MemoryStore()
    given = {"ring": RING, "revocation": Expiry(), "issuer": "i", "audience": "a", **options}
    return TokenManager(store=store, **given)


@pytest.mark.parametrize(
    "store", ["redis://127.0.0.1", Path("tokens.db"), MemoryStore, object(), [1]]
)
def test_what_is_no_store_is_named(store: Any) -> None:
    """A URL, a path, a class where an instance belongs."""
    for made in (
        a_manager,
        partial(Denylist, issuer="i"),
        partial(Generation, issuer="i"),
        partial(Snapshot, issuer="i"),
        partial(Pushed, issuer="i"),
        partial(Filter, issuer="i"),
        partial(StatusLists, issuer="i", base_uri=LISTS),
    ):
        with pytest.raises(TypeError, match="store is an object"):
            made(store)


@pytest.mark.parametrize("value", [0, -1, True, 1.5, "5", float("nan")])
@pytest.mark.parametrize("name", ["max_sessions", "max_data_bytes"])
def test_a_limit_that_is_none_is_named(name: str, value: Any) -> None:
    """Counts are whole numbers of one or more, and True is none."""
    with pytest.raises((TypeError, ValueError), match=name):
        a_manager(**{name: value})


@pytest.mark.parametrize("value", [None, "", ["api"], ("api",), {"api"}, b"api", 5, "\ud800"])
@pytest.mark.parametrize("name", ["issuer", "audience"])
def test_an_issuer_and_an_audience_are_one_text(name: str, value: Any) -> None:
    """A list is taken nowhere, lest it be taken here and refused in every token."""
    for made in (a_manager, partial(TokenVerifier, RING)):
        given = {"issuer": "i", "audience": "a", name: value}
        with pytest.raises(
            (TypeError, ValueError), match=f"{name} .*give the one text|{name} must"
        ):
            made(**given)
    if name == "issuer":
        for strategy in (Denylist, Generation, Snapshot, Pushed, Filter):
            with pytest.raises((TypeError, ValueError), match="issuer"):
                strategy(MemoryStore(), value)


@pytest.mark.parametrize(
    "options",
    [
        {"at_max": "end_oldest"},
        {"at_max": None},
        {"now": 5.0},
        {"lifetimes": 1800},
        {"lifetimes": HOUR},
        {"lifetimes": Lifetimes},
        {"ring": RING.signing},
        {"ring": [RING.signing]},
        {"ring": "secret"},
        {"ring": KeyRing},
        {"revocation": None},
        {"revocation": Expiry},
        {"revocation": "denylist"},
        {"verified": True},
        {"verified": VerifiedTokens},
    ],
)
def test_an_option_of_another_type_is_named(options: dict[str, Any]) -> None:
    """At construction, and not at the first login."""
    [name] = options
    with pytest.raises((TypeError, ValueError), match=name):
        a_manager(**options)


NO_DURATIONS: list[Any] = [1800, 30.0, True, "30m", float("nan"), float("inf"), LONGEST * 2]


@pytest.mark.parametrize("value", NO_DURATIONS, ids=repr)
@pytest.mark.parametrize("name", ["inactivity", "absolute", "access", "grace", "leeway"])
def test_a_limit_of_time_that_is_none_is_named(name: str, value: Any) -> None:
    """With the remedy; one that is too long would overflow in some store."""
    limits: dict[str, Any] = {"inactivity": HOUR, "absolute": HOUR, name: value}
    with pytest.raises((TypeError, ValueError), match=f"{name} is"):
        Lifetimes(**limits)


def test_a_grace_period_below_zero_is_named() -> None:
    """It would call every second refresh a theft."""
    with pytest.raises(ValueError, match="grace"):
        Lifetimes(HOUR, HOUR, grace=timedelta(seconds=-1))


def test_the_longest_limits_work_over_every_store(manager: TokenManager) -> None:
    """A century is no overflow."""
    limits = Lifetimes(LONGEST, LONGEST, access=LONGEST)
    longest = a_manager(manager.store, lifetimes=limits, revocation=Denylist(manager.store, "i"))
    grant = longest.issue("alice")
    assert longest.verify(grant.credential).subject == "alice"
    longest.revoke(grant.credential)
    with pytest.raises(InvalidToken):
        longest.verify(grant.credential)


URL = "https://issuer.example"
LISTS = "https://issuer.example/lists"
WRONG: list[tuple[Callable[[Any], object], str, list[Any]]] = [
    (lambda v: JwksClient(v), "url", [None, 5, b"https://a", "", Path("a")]),
    (lambda v: JwksClient(URL, cooldown_s=v), "cooldown_s", [-1, "5", True, float("nan")]),
    (lambda v: JwksClient(URL, max_age_s=v), "max_age_s", [-1, None, float("inf")]),
    (lambda v: JwksClient(URL, timeout_s=v), "timeout_s", [0, -1, None, float("inf")]),
    (lambda v: JwksClient(URL, monotonic=v), "monotonic", [5.0]),
    (lambda v: StatusListClient(v, LISTS), "keys", [None, URL, JwksClient, RING.signing]),
    (lambda v: StatusListClient(RING, v), "base_uri", [None, 5, ""]),
    (lambda v: StatusListClient(RING, LISTS, max_ttl_s=v), "max_ttl_s", [0, -1, "60"]),
    (lambda v: StatusListClient(RING, LISTS, now=v), "now", [5.0]),
    (lambda v: TokenVerifier(v, issuer="i", audience="a"), "keys", [None, URL, [RING], KeyRing]),
    (
        lambda v: TokenVerifier(RING, v, issuer="i", audience="a"),
        "revocation",
        [Denylist, "expiry", MemoryStore()],
    ),
    (lambda v: TokenVerifier(RING, issuer="i", audience="a", leeway=v), "leeway", [60, -HOUR]),
    (lambda v: TokenVerifier(RING, issuer="i", audience="a", now=v), "now", [5.0]),
    (lambda v: VerifiedTokens(v), "max_tokens", [0, 1, True, 2.5, "9"]),
    (lambda v: Snapshot(MemoryStore(), "i", poll_s=v), "poll_s", [0, -1, True, "1", float("nan")]),
    (lambda v: Snapshot(MemoryStore(), "i", fetch_s=v), "fetch_s", [0, None, float("inf")]),
    (lambda v: Snapshot(MemoryStore(), "i", when_stale=v), "when_stale", ["later", None]),
    (lambda v: Snapshot(MemoryStore(), "i", max_entries=v), "max_entries", [0, True, "9"]),
    (lambda v: Pushed(MemoryStore(), "i", beat_s=v), "beat_s", [0, "1"]),
    (lambda v: Filter(MemoryStore(), "i", expected=v), "expected", [0, 1.5]),
    (lambda v: Filter(MemoryStore(), "i", false_positives=v), "false_positives", [0, 1, 2, "x"]),
    (lambda v: Filter(MemoryStore(), "i", window_s=v), "window_s", [0, 1.5]),
    (lambda v: StatusLists(MemoryStore(), "i", v), "base_uri", [None, "", 5]),
    (lambda v: KeyRing(v), "a key ring", [RING.signing, "key", b"key", [], ["key"], [Key]]),
    (lambda v: RING.publish(v), "a key ring", [None, "key", [RING.signing]]),
    (lambda v: KeyRing([RING.signing], v), "states", [{}, {"other": tokens.State.SIGNING}]),
]


@pytest.mark.parametrize(
    ("made", "name", "value"),
    [(made, name, value) for made, name, values in WRONG for value in values],
)
def test_what_could_not_work_is_named_at_construction(
    made: Callable[[Any], object], name: str, value: Any
) -> None:
    """Clients, strategies, verifiers and key rings."""
    with pytest.raises((TypeError, ValueError), match=name):
        made(value)


def test_a_token_that_would_be_too_large_changes_nothing(manager: TokenManager) -> None:
    """Neither a family without a token is left, nor data that no token could carry."""
    long = "\x01" * MAX_NAME_BYTES  # six characters each in JSON
    with pytest.raises(ValueError, match="carry less"):
        manager.issue(long, {"a": "x" * 3000})
    assert manager.entries(long) == []
    grant = manager.issue("\x01" * 700)
    with pytest.raises(ValueError, match="carry less"):
        manager.update(grant.credential, {"a": "x" * 4000})
    assert manager.verify(manager.renew(grant.renewal or "").credential).data == {}
