"""Connections to a store: bounded in number, each owned by one conversation at a time.

The outage policy of every store is here too. The other half has the same file.

A connection that is lost on the way, whatever the exception, is closed with its last reference:
the only way back into the pool is `give`, after a complete conversation.

There is no lock here: whoever is interrupted while holding one would leave it locked for ever.
Each step that must be atomic is one operation of a deque, a dict or a counter.
"""

from __future__ import annotations

import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from time import monotonic
from typing import Any, Generic, Protocol, TypeVar

from . import forks

MAX_CONNECTIONS = 16
"""More would only wait for the same server; a caller that finds all of them taken waits."""
IDLE_S = 60.0
"""After this time an unused connection is closed, with the next use of the pool."""
WAIT_S = 1.5
"""How long a caller waits for a connection while others come back."""
STALL_S = 0.25
"""How long a caller waits while none comes back, before the store counts as silent."""
TRIAL_S = 3.0
"""After this time a trial whose caller has vanished is over."""
_LOOK_S = 0.05
"""How often a waiting caller looks for places whose callers have vanished."""
_numbers = count()


class Pooled(Protocol):
    """A connection as a pool needs it: hashable by identity, and closed when it is collected."""

    place: object
    """The pool keeps its own mark here."""
    idle_since: float
    """When it was given back last, by the monotonic clock."""

    def usable(self) -> bool:
        """Return whether the next conversation can begin: open, this process's, nothing unread."""

    def close(self) -> None:
        """Close it, whatever state it is in; never raises, and twice is fine."""


C = TypeVar("C", bound=Pooled)


class _Place:
    """One of the places of a pool. It is free again when nobody refers to it any more."""

    __slots__ = ("__weakref__", "number", "taken_at", "tries")

    def __init__(self, tries: bool) -> None:
        self.number = next(_numbers)
        self.tries = tries
        self.taken_at = monotonic()


class Pool(Generic[C]):
    """At most *max_connections* connections made by *connect*, each with one owner at a time.

    *is_silence* tells whether an exception means that the store did not answer. A store is
    silent from such an exception on, or once nothing has come back for *stall_s* from any
    connection, until the next complete conversation. While it is silent, one caller at a time
    tries; all others get *refuse(message)* at once, so that they do not fill up the threads of
    a server whose other routes need no store.
    """

    _silent: bool
    _answered_at: float
    _swept_at: float
    _chance: dict[str, Any]
    """Under "taken" who tries a silent store, and since when; under "next" who may after that."""

    def __init__(
        self,
        connect: Callable[[], C],
        *,
        is_silence: Callable[[BaseException], bool],
        refuse: Callable[[str], Exception],
        max_connections: int = MAX_CONNECTIONS,
        stall_s: float = STALL_S,
    ) -> None:
        self._connect = connect
        self._is_silence = is_silence
        self._refuse = refuse
        self._max = max_connections
        self._stall_s = stall_s
        self._begin()

    def take(self) -> C:
        """Return a connection that is the caller's alone, or raise what *refuse* makes.

        `give` it back after a complete conversation, else `drop` it.
        """
        if self._forks != forks.count:
            self._begin_in_child()
        tries = self._silent and self._admitted()
        return self._pop(tries) or self._make(tries)

    def give(self, connection: C) -> None:
        """Take *connection* back after a complete conversation: nothing is sent or left unread."""
        now = self._answered_at = connection.idle_since = monotonic()
        if self._silent:
            self._silent = False
            self._allow_trial()
        self._idle.append(connection)
        if self._waiting:
            self._wake()
        if now - self._swept_at > IDLE_S:
            self._sweep(now)

    def drop(self, connection: C, exc: BaseException) -> None:
        """Close *connection*, whose conversation ended with *exc*."""
        place: _Place = connection.place  # type: ignore[assignment]
        self._discard(connection)
        self._failed(place, exc)

    @contextmanager
    def connection(self) -> Iterator[C]:
        """A connection for the block, which goes back if the block ends without an exception."""
        connection = self.take()
        try:
            yield connection
        except BaseException as exc:
            self.drop(connection, exc)
            raise
        self.give(connection)

    def close(self) -> None:
        """Close what is idle. What is in use is closed when it comes back to nobody."""
        while self._idle:
            try:
                self._discard(self._idle.pop())
            except IndexError:  # another thread was faster
                return

    def _begin(self) -> None:
        self._forks = forks.count
        self._idle: deque[C] = deque()  # the one used last is taken first
        self._places: dict[int, weakref.ref[_Place]] = {}  # in the order in which they came
        self._waiting: deque[threading.Lock] = deque()  # locked, and unlocked to wake its owner
        self._silent = False
        self._chance = {}
        self._answered_at = self._swept_at = monotonic()

    def _begin_in_child(self) -> None:
        """Start with nothing: in a forked child the parent's connections are not its own."""
        inherited = self._idle
        self._begin()
        for connection in inherited:
            connection.close()

    def _admitted(self) -> bool:
        """Return True if this caller is the one that tries a silent store; else raise."""
        chance, mine = self._chance, (monotonic(), object())
        first = chance.setdefault("taken", mine)
        if mine[0] - first[0] >= TRIAL_S:  # whoever took it has vanished
            self._chance = chance = chance.setdefault("next", {})
            first = chance.setdefault("taken", mine)
        if first is not mine:
            raise self._refuse("the store does not answer; one caller at a time tries again")
        return True

    def _allow_trial(self) -> None:
        """Let the next caller try, and no other one."""
        self._chance = {}

    def _make(self, tries: bool) -> C:
        place = self._reserve(tries)
        if not isinstance(place, _Place):
            return place
        try:
            connection = self._connect()
        except BaseException as exc:
            self._free(place)
            self._failed(place, exc)
            raise
        connection.place = place
        return connection

    def _reserve(self, tries: bool) -> _Place | C:
        """Return a place for a new connection, or a connection that came back meanwhile."""
        began = monotonic()
        while True:
            found = self._pop(tries) or self._vacant(tries)
            if found is not None:
                return found
            now = monotonic()
            if now - max(began, self._answered_at) >= self._stall_s:
                self._fall_silent(tries)
                raise self._refuse(f"the store has not answered for {self._stall_s} s")
            if now - began >= WAIT_S:
                raise self._refuse(f"no connection came free within {WAIT_S} s")
            self._wait()

    def _vacant(self, tries: bool) -> _Place | None:
        """Return a new place; None if there are as many before it as there may be."""
        place = _Place(tries)
        self._places[place.number] = weakref.ref(place)
        before = 0
        for number, each in list(self._places.items()):
            if number == place.number:
                break
            if each() is not None:
                before += 1
            else:
                self._places.pop(number, None)
        if before < self._max:
            return place
        self._places.pop(place.number, None)
        return None

    def _wait(self) -> None:
        """Return when a connection or a place may have come free, after `_LOOK_S` at the latest."""
        bell = threading.Lock()
        bell.acquire()
        self._waiting.append(bell)
        if not self._idle:
            bell.acquire(timeout=_LOOK_S)
        with suppress(ValueError):
            self._waiting.remove(bell)

    def _wake(self) -> None:
        with suppress(IndexError):
            self._waiting.popleft().release()

    def _pop(self, tries: bool) -> C | None:
        now = monotonic()
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was faster
                return None
            if now - connection.idle_since < IDLE_S and connection.usable():
                place: _Place = connection.place  # type: ignore[assignment]
                place.tries, place.taken_at = tries, now
                return connection
            self._discard(connection)
        return None

    def _failed(self, place: _Place, exc: BaseException) -> None:
        # Others may have been answered while this one was waiting: then the store is not silent.
        if self._is_silence(exc) and self._answered_at <= place.taken_at:
            self._fall_silent(place.tries or not self._silent)
            self.close()
        elif place.tries:
            self._allow_trial()

    def _fall_silent(self, may_try: bool) -> None:
        self._silent = True
        if may_try:
            self._allow_trial()

    def _discard(self, connection: C) -> None:
        connection.close()
        self._free(connection.place)  # type: ignore[arg-type]

    def _free(self, place: _Place) -> None:
        self._places.pop(place.number, None)
        self._wake()

    def _sweep(self, now: float) -> None:
        """Close what was used last before `IDLE_S`; the oldest are on the left."""
        self._swept_at = now
        while self._idle:
            try:
                oldest = self._idle.popleft()
            except IndexError:
                return
            if now - oldest.idle_since < IDLE_S:
                self._idle.appendleft(oldest)
                return
            self._discard(oldest)
