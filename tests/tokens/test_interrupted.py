"""Revocations that are cut short, and logins that come in between: nothing slips through."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.conftest import FakeClock
from tokens import Denylist, InvalidToken, TokenManager
from tokens.record import Rotation
from tokens.revocation.following import Following
from tokens.stores.memory import MemoryStore

from .conftest import ISSUER, a_manager, a_strategy, is_refused


class Interrupted(Exception):
    """The process died here."""


class Interruptible(MemoryStore):
    """Does something else just before a family ends, or just after it was found alive."""

    def __init__(self) -> None:
        super().__init__()
        self.before_ending: Callable[[], object] = lambda: None
        self.after_living: Callable[[], object] = lambda: None

    def delete_handle(self, subject: str, handle: str) -> bool:
        self._pause()
        return super().delete_handle(subject, handle)

    def delete_subject(self, subject: str, keep: str | None = None) -> list[str]:
        self._pause()
        return super().delete_subject(subject, keep)

    def create(self, *arguments: Any) -> None:
        super().create(*arguments)
        self._after()

    def merge(self, *arguments: Any) -> bool:
        merged = super().merge(*arguments)
        self._after()
        return merged

    def replace(self, *arguments: Any) -> Rotation:
        self._pause()
        rotation = super().replace(*arguments)
        self._after()
        return rotation

    def _after(self) -> None:
        happens, self.after_living = self.after_living, lambda: None
        happens()

    def _pause(self) -> None:
        happens, self.before_ending = self.before_ending, lambda: None
        happens()


def dies() -> None:
    raise Interrupted


def renews_late(manager: TokenManager, clock: FakeClock, renewal: str, renewed: list[str]) -> None:
    clock.advance(60)
    renewed.append(manager.renew(renewal).credential)


@pytest.fixture
def store() -> Interruptible:
    return Interruptible()


@pytest.fixture
def manager(store: Interruptible, clock: FakeClock) -> TokenManager:
    return a_manager(store, clock, Denylist(store, ISSUER))


def test_what_was_begun_to_be_ended_is_denied_already(
    manager: TokenManager, store: Interruptible
) -> None:
    """A second call would not find the family any more, and could not deny its tokens."""
    entry, everywhere = manager.issue("alice"), manager.issue("bob")
    store.before_ending = dies
    with pytest.raises(Interrupted):
        manager.revoke_entry("alice", entry.handle)
    store.before_ending = dies
    with pytest.raises(Interrupted):
        manager.revoke_all("bob")
    assert is_refused(manager, entry.credential)
    assert is_refused(manager, everywhere.credential)


def test_a_renewal_in_between_is_denied_for_as_long_as_its_token_works(
    manager: TokenManager, store: Interruptible, clock: FakeClock
) -> None:
    """The denial of before does not reach that far."""
    revocations: list[Callable[[str], object]] = [
        lambda handle: manager.revoke_entry("alice", handle),
        lambda _: manager.revoke_all("alice"),
    ]
    for revoke in revocations:
        grant = manager.issue("alice")
        renewed: list[str] = []
        store.before_ending = partial(renews_late, manager, clock, grant.renewal or "", renewed)
        revoke(grant.handle)
        clock.advance(299)
        store.reap(clock.now)
        assert is_refused(manager, renewed[0])


def test_a_login_in_between_is_ended_whole(manager: TokenManager, store: Interruptible) -> None:
    """If its family is ended, so are its access tokens."""
    manager.issue("alice")
    begun = []
    store.before_ending = lambda: begun.append(manager.issue("alice").credential)
    manager.revoke_all("alice")
    assert manager.entries("alice") == []
    assert is_refused(manager, begun[0])


def test_a_renewal_whose_family_ends_meanwhile_is_refused(
    manager: TokenManager, store: Interruptible
) -> None:
    """It was alive when looked at, and gone when its token was to be spent."""
    grant = manager.issue("alice")
    store.before_ending = partial(manager.revoke_all, "alice")
    with pytest.raises(InvalidToken, match="unknown"):
        manager.renew(grant.renewal or "")


@pytest.mark.parametrize("verb", ["issue", "renew", "update"])
@pytest.mark.parametrize("strategy", ["denylist", "generation", "statuslist"])
def test_a_logout_everywhere_after_the_family_was_found_alive_still_bites(
    strategy: str, verb: str, store: Interruptible, clock: FakeClock
) -> None:
    """What is signed then carries what was called back: the stamp is older than the finding."""
    revocation = a_strategy(strategy, store, clock)
    manager = a_manager(store, clock, revocation)
    grant = manager.issue("alice")
    store.after_living = partial(manager.revoke_all, "alice")
    if verb == "issue":
        late = manager.issue("alice")
    elif verb == "renew":
        late = manager.renew(grant.renewal or "")
    else:
        late = manager.update(grant.credential, {"a": 1})
    if isinstance(revocation, Following):
        revocation.look()
    assert is_refused(manager, late.credential)
    assert is_refused(manager, grant.credential)
