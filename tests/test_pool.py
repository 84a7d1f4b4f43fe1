"""The pool of both halves: bounded, one owner a connection, quick to refuse in an outage."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from types import ModuleType

import pytest

import sessions.stores.pool
import tokens.stores.pool

from .interrupting import every_point
from .tokens.nodes import until

ROOT = Path(__file__).parent.parent
TWINS = ["forks.py", "pool.py", "sqlite_connection.py"]


class Silence(Exception):
    """The server did not answer in time."""


class Refused(Exception):
    """What the pool raises by itself."""


class Line:
    """A connection that counts itself while it is open."""

    def __init__(self, server: Server) -> None:
        self.place: object = None
        self.idle_since = 0.0
        self.unread = False
        self._server = server
        self.is_open = True
        server.open += 1

    def usable(self) -> bool:
        """Open, and nothing left to read."""
        return self.is_open and not self.unread

    def close(self) -> None:
        """Count down once."""
        if self.is_open:
            self.is_open = False
            self._server.open -= 1

    def __del__(self) -> None:
        """As a socket does, close with the last reference."""
        self.close()


class Server:
    """Answers, is silent for a while, or cannot be connected to."""

    def __init__(self) -> None:
        self.open = 0
        self.answers = threading.Event()
        self.answers.set()
        self.asked = 0
        self.connects = True

    def connect(self) -> Line:
        """Return a connection."""
        if not self.connects:
            raise Silence
        return Line(self)

    def ask(self, timeout_s: float = 0.6) -> None:
        """Return once the server answers; raise Silence after *timeout_s*."""
        self.asked += 1
        if not self.answers.wait(timeout_s):
            raise Silence


@pytest.fixture(params=[sessions.stores.pool, tokens.stores.pool], ids=["sessions", "tokens"])
def module(request: pytest.FixtureRequest) -> ModuleType:
    """The module of one half."""
    found: ModuleType = request.param
    return found


Made = tuple["sessions.stores.pool.Pool[Line]", Server]


@pytest.fixture
def made(module: ModuleType) -> Iterator[Made]:
    """A pool of at most four connections, and its server."""
    server = Server()
    pool = module.Pool(
        server.connect,
        is_silence=lambda exc: isinstance(exc, Silence),
        refuse=Refused,
        max_connections=4,
    )
    yield pool, server
    server.answers.set()
    pool.close()


def ask(pool: sessions.stores.pool.Pool[Line], server: Server) -> str:
    """Ask the server once, by a connection of the pool; return how it ended."""
    try:
        with pool.connection():
            server.ask()
    except Silence:
        return "silence"
    except Refused:
        return "refused"
    return "answered"


def at_once(count: int, call: Callable[[], str]) -> list[str]:
    """Return what *call* returns in each of *count* threads."""
    results: list[str] = []
    threads = [
        threading.Thread(target=lambda: results.append(call()), daemon=True) for _ in range(count)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
        assert not thread.is_alive(), "it hangs"
    return results


@pytest.mark.parametrize("name", TWINS)
def test_both_halves_have_the_same_file(name: str) -> None:
    """A connection is the same thing for a session and for a token."""
    one, other = (ROOT / half / "stores" / name for half in ("sessions", "tokens"))
    assert one.read_text() == other.read_text()


def test_a_connection_is_used_again(made: Made) -> None:
    """One caller after the other needs one connection."""
    pool, server = made
    assert [ask(pool, server) for _ in range(10)] == ["answered"] * 10
    assert server.open == 1


def test_a_connection_has_one_owner_at_a_time(made: Made) -> None:
    """Two conversations at once are two connections."""
    pool, _ = made
    one, other = pool.take(), pool.take()
    assert one is not other
    pool.give(one)
    assert pool.take() is one


def test_there_are_never_more_than_the_maximum(made: Made) -> None:
    """Callers beyond it wait for one that comes back."""
    pool, server = made
    most: list[int] = []

    def call() -> str:
        with pool.connection():
            most.append(server.open)
        return "answered"

    for _ in range(20):
        assert at_once(32, call) == ["answered"] * 32
    assert max(most) <= 4


def test_an_incomplete_conversation_closes_its_connection(made: Made) -> None:
    """Nobody reads an answer that somebody else has asked for."""
    pool, server = made
    with pytest.raises(KeyboardInterrupt), pool.connection():
        raise KeyboardInterrupt
    assert server.open == 0


def test_a_connection_that_is_lost_leaves_its_place(made: Made) -> None:
    """A caller that vanishes between taking and using it costs the pool nothing."""
    pool, server = made
    for _ in range(6):  # more than it may have open
        pool.take()
        gc.collect()
    assert server.open == 0
    assert ask(pool, server) == "answered"


def test_what_cannot_be_used_is_replaced(made: Made) -> None:
    """The server has closed it, or something is there to read that nobody asked for."""
    pool, server = made
    line = pool.take()
    pool.give(line)
    line.unread = True
    another = pool.take()
    assert another is not line
    assert server.open == 1


def test_idle_connections_end(
    made: Made, module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a burst and some quiet, the next use closes what the burst has left."""
    pool, server = made
    lines = [pool.take() for _ in range(4)]
    for line in lines:
        pool.give(line)
    later = monotonic() + module.IDLE_S + 1
    monkeypatch.setattr(module, "monotonic", lambda: later)
    assert ask(pool, server) == "answered"
    assert server.open == 1


def test_in_use_all_the_time_the_surplus_of_a_burst_ends_too(
    made: Made, module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One connection that is always busy does not keep the others open."""
    pool, server = made
    now = [monotonic()]
    monkeypatch.setattr(module, "monotonic", lambda: now[0])
    lines = [pool.take() for _ in range(4)]
    for line in lines:
        pool.give(line)
    for _ in range(5):
        now[0] += module.IDLE_S / 2
        assert ask(pool, server) == "answered"
    assert server.open == 1


def test_a_silent_store_holds_few_callers(made: Made) -> None:
    """Of 64 callers four hang until their time is over; the rest are refused within a moment."""
    pool, server = made
    server.answers.clear()
    took: list[float] = []

    def call() -> str:
        began = monotonic()
        said = ask(pool, server)
        if said == "refused":
            took.append(monotonic() - began)
        return said

    said = at_once(64, call)
    assert said.count("silence") <= 5
    assert said.count("refused") >= 59
    assert max(took) < 0.6


def test_while_it_is_silent_one_caller_tries(made: Made) -> None:
    """Everybody else is refused at once, and the store is asked once."""
    pool, server = made
    server.answers.clear()
    assert ask(pool, server) == "silence"
    server.asked = 0
    said = at_once(32, lambda: ask(pool, server))
    assert sorted(set(said)) == ["refused", "silence"]
    assert said.count("silence") == server.asked == 1


def test_one_answer_ends_the_silence(made: Made) -> None:
    """The trial that is under way when the store comes back is enough."""
    pool, server = made
    server.answers.clear()
    assert ask(pool, server) == "silence"
    trial = threading.Thread(target=ask, args=(pool, server))
    trial.start()
    server.answers.set()
    trial.join()
    assert at_once(32, lambda: ask(pool, server)) == ["answered"] * 32


def test_a_store_that_falls_silent_again_is_tried_again(made: Made) -> None:
    """The trial that ended the last silence does not count in the next one."""
    pool, server = made
    for _ in range(3):
        server.answers.clear()
        assert "silence" in at_once(8, lambda: ask(pool, server))
        server.answers.set()
        assert ask(pool, server) == "answered"


def test_a_store_that_cannot_be_connected_to_is_silent_too(made: Made) -> None:
    """A connection attempt that took all its time counts as any other question."""
    pool, server = made
    server.connects = False
    assert ask(pool, server) == "silence"
    server.connects = True
    assert ask(pool, server) == "answered"


def test_one_slow_answer_among_good_ones_is_no_silence(made: Made) -> None:
    """While others are answered nobody is refused."""
    pool, server = made
    slow = pool.take()
    assert ask(pool, server) == "answered"
    pool.drop(slow, Silence())
    assert at_once(8, lambda: ask(pool, server)) == ["answered"] * 8


def test_an_interrupted_trial_makes_way_for_the_next(made: Made) -> None:
    """Whoever was interrupted while trying keeps nobody from trying."""
    pool, server = made
    server.answers.clear()
    assert ask(pool, server) == "silence"
    with pytest.raises(KeyboardInterrupt), pool.connection():
        raise KeyboardInterrupt
    server.answers.set()
    assert ask(pool, server) == "answered"


def answered(pool: sessions.stores.pool.Pool[Line], server: Server) -> None:
    """Ask over a connection that is idle."""
    ask(pool, server)


def connecting(pool: sessions.stores.pool.Pool[Line], server: Server) -> None:
    """Ask over a new connection."""
    pool.close()
    ask(pool, server)


def waiting(pool: sessions.stores.pool.Pool[Line], server: Server) -> None:
    """Wait for a connection in vain, and then for the trial of a silent store."""
    lines = [pool.take() for _ in range(4)]
    assert ask(pool, server) == "refused"
    while lines:
        pool.give(lines.pop())


def unanswered(pool: sessions.stores.pool.Pool[Line], server: Server) -> None:
    """Ask a store that falls silent, and once more as the one who tries."""
    server.connects = False
    pool.close()
    ask(pool, server)
    ask(pool, server)
    server.connects = True


@pytest.mark.parametrize("opcodes", [False, True], ids=["lines", "instructions"])
@pytest.mark.parametrize("call", [answered, connecting, waiting, unanswered])
def test_interrupted_anywhere_nothing_is_lost(
    call: Callable[[sessions.stores.pool.Pool[Line], Server], None],
    made: Made,
    module: ModuleType,
    opcodes: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After each interruption all four connections can be had, and none is shared."""
    for name in ("TRIAL_S", "_LOOK_S"):
        monkeypatch.setattr(module, name, 0.001)
    pool, server = made
    pool._stall_s = 0.001
    gc.collect()
    gc.freeze()  # what there is already: a collection looks at what the calls leave behind
    points = 0
    for where in every_point(lambda: call(pool, server), module.__name__, opcodes=opcodes):
        points += 1
        server.connects = True
        gc.collect()
        until(lambda: ask(pool, server) == "answered")
        lines = [pool.take() for _ in range(4)]
        assert len({id(line) for line in lines}) == 4, where
        assert all(line.usable() for line in lines), where
        assert server.open <= 4, where
        assert at_once(1, lambda: ask(pool, server)) == ["refused"], where
        while lines:
            pool.give(lines.pop())
        assert at_once(1, lambda: ask(pool, server)) == ["answered"], where
    gc.unfreeze()
    assert points > 15


def test_a_fork_starts_with_nothing(made: Made) -> None:
    """The parent's conversations are not the child's."""
    pool, server = made
    lines = [pool.take() for _ in range(4)]
    pool.give(lines[0])
    child = os.fork()
    if child == 0:
        taken = [pool.take() for _ in range(4)]
        os._exit(int(any(line in lines for line in taken)))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert server.open == 4
