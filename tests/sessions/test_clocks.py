"""Nodes whose clocks differ, and a node that stood still for a while."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from sessions import InvalidSession, SessionManager
from sessions.stores.base import SessionStore
from tests.conftest import FakeClock
from tests.stalling import Stalling

from .conftest import INACTIVITY_S, LIFETIMES, TOUCH_S


def node(store: Any, clock: FakeClock, ahead_s: float = 0.0) -> SessionManager:
    return SessionManager(store, LIFETIMES, now=lambda: clock.now + ahead_s)


@pytest.mark.parametrize("apart_s", [0.5, 2.0, 60.0])
def test_a_session_works_at_every_node_at_once(
    store: SessionStore, clock: FakeClock, apart_s: float
) -> None:
    """Whichever of two clocks is ahead, and whatever each of the nodes does with the session."""
    ahead, behind = node(store, clock, apart_s), node(store, clock)
    for here, there in ((ahead, behind), (behind, ahead)):
        grant = here.issue("alice")
        assert there.verify(grant.credential).subject == "alice"
        there.update(grant.credential, {"a": 1})
        renewed = there.renew(grant.credential)
        assert here.verify(renewed.credential).data == {"a": 1}
        assert grant.handle in [entry.handle for entry in there.entries("alice")]
        here.revoke(renewed.credential)


def test_a_node_that_stood_still_revives_no_session(store: SessionStore, clock: FakeClock) -> None:
    """It found the session alive long ago: what it makes of it ends when that would have."""
    grant = node(store, clock).issue("alice")
    clock.advance(TOUCH_S)
    slow = node(Stalling(store, "touch", partial(clock.advance, INACTIVITY_S)), clock)
    renewed = slow.renew(grant.credential)
    with pytest.raises(InvalidSession):
        node(store, clock).verify(renewed.credential)
