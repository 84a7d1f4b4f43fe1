"""A call that is cut short anywhere leaves nothing to the next one: neither half's Redis store.

A signal handler that raises, Ctrl-C in a notebook or a soft time limit came between what was sent
and what was read, and the next caller was given another user's session (CVE-2023-28859).
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from sessions.stores.pool import MAX_CONNECTIONS
from tests.conftest import FakeClock
from tests.tokens.conftest import ISSUER, a_manager, is_refused
from tests.tokens.nodes import until
from tokens import Pushed, TokenManager
from tokens.stores.base import Listener
from tokens.stores.redis import RedisStore
from tokens.testing import LATER

from .interrupting import every_point
from .redis_halves import HALVES, Half

PARTS = ("sessions", "tokens", "valkey")

# A socket that was being connected is closed with its last reference, which Python mentions; and
# what interrupts a `__del__` is mentioned and goes nowhere.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]


@pytest.fixture(params=list(HALVES))
def half(request: pytest.FixtureRequest, valkey_client: Any) -> Iterator[Half]:
    made = HALVES[request.param](valkey_client)
    yield made
    made.store.close()


def elsewhere(call: Callable[[], None]) -> None:
    """Run *call* in another thread, and raise what it raised."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except BaseException as exc:
            raised.append(exc)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]


def look(half: Half) -> None:
    """See that neither this thread nor another one is given what is not theirs."""
    half.read()
    elsewhere(half.read)
    half.write()


def cut(half: Half, call: Callable[[], object], opcodes: bool) -> int:
    """Interrupt *call* everywhere and look each time; return at how many points."""

    def called() -> None:
        try:
            call()
        except UnboundLocalError as exc:
            # The client's constructor has a `finally` that fails if it is interrupted before.
            raise exc.__context__ or exc from None

    points = 0
    look(half)
    for where in every_point(called, *PARTS, opcodes=opcodes, stride=7 if opcodes else 3):
        points += 1
        try:
            look(half)
        except BaseException as exc:
            exc.add_note(f"after an interruption at {where}")
            raise
    return points


def test_no_operation_leaves_an_answer_behind(half: Half, valkey_client: Any) -> None:
    """Each operation, interrupted at each line of ours and of the client's."""
    before = len(valkey_client.client_list())
    for name, operation in half.operations().items():
        assert cut(half, operation, opcodes=False) > 1, name
    assert len(valkey_client.client_list()) <= before + MAX_CONNECTIONS


@pytest.mark.parametrize("kind", ["read", "merge"])
def test_not_even_between_two_instructions(half: Half, kind: str, valkey_client: Any) -> None:
    """A read and a script, interrupted at each bytecode instruction."""
    before = len(valkey_client.client_list())
    assert cut(half, half.operations()[kind], opcodes=True) > 40
    assert len(valkey_client.client_list()) <= before + MAX_CONNECTIONS


def test_a_connection_that_is_being_made_may_be_cut_short(half: Half, valkey_client: Any) -> None:
    """Each line of connecting, greeting included; nothing stays open."""

    def connect() -> None:
        half.store.close()
        half.store.ping()

    before = len(valkey_client.client_list())
    assert cut(half, connect, opcodes=False) > 15
    assert len(valkey_client.client_list()) <= before + MAX_CONNECTIONS


@pytest.mark.parametrize("opcodes", [False, True], ids=["lines", "instructions"])
@pytest.mark.parametrize("call", ["wait", "confirm"])
def test_a_listener_that_was_cut_short_claims_nothing(
    call: str, opcodes: bool, valkey_client: Any
) -> None:
    """It tells of what was denied afterwards, or that it is out of touch, and leaves no line."""
    before = len(valkey_client.client_list())
    store = RedisStore(valkey_client)
    listeners: list[Listener] = []

    def interrupted() -> None:
        listener = store.listen()
        listeners.append(listener)
        calls: dict[str, Callable[[], bool]] = {
            "wait": lambda: listener.wait(0.001),
            "confirm": listener.confirm,
        }
        calls[call]()

    points = 0
    for where in every_point(interrupted, "tokens.stores.redis_listener", opcodes=opcodes):
        points += 1
        store.deny([f"family {points}"], LATER)
        while listeners:
            listener = listeners.pop()
            try:
                told = listener.wait(0.001) or listener.confirm()
            except store.outages:
                told = True
            assert told, where
            listener.close()
    assert points > 20
    until(lambda: len(valkey_client.client_list()) <= before + MAX_CONNECTIONS)
    store.close()


def test_a_follower_that_was_cut_short_begins_again(valkey_client: Any) -> None:
    """The next verify that finds it out of touch asks the store, and starts another one."""
    store = RedisStore(valkey_client)
    strategy: Any = Pushed(store, ISSUER, beat_s=0.02, fetch_s=0.05)
    manager = a_manager(store, FakeClock(), strategy)
    token, revoked = manager.issue("ada").credential, manager.issue("eve").credential
    manager.revoke(revoked)
    for _ in range(5):
        until(lambda: strategy._in_touch is True and strategy._thread.is_alive())
        before = cut_short(strategy)
        until(partial(begins_again, strategy, before, manager, token))
        assert is_refused(manager, revoked)
    strategy.close()
    store.close()


def cut_short(strategy: Any) -> threading.Thread:
    """End the thread of *strategy* wherever it is; return it."""
    thread: threading.Thread = strategy._thread
    ident = ctypes.c_ulong(thread.ident or 0)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(SystemExit))
    thread.join(10)
    assert not thread.is_alive()
    return thread


def begins_again(
    strategy: Any, before: threading.Thread, manager: TokenManager, token: str
) -> bool:
    assert manager.verify(token).subject == "ada"
    return strategy._thread is not before
