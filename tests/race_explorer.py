"""Finds races: runs two operations in every interleaving of their store calls.

Each operation runs in a thread of its own and stops before every store call until the schedule
lets it go on, so an interleaving is a string such as `abba` and can be run again. What the two
gave and what is left must be what one of the serial orders gives; if it is not, the shortest
schedule that shows it is reported.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, pairwise
from typing import Any

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
"""Whether every interleaving is tried, however long that takes."""
PATIENCE_S = 20.0
"""How long a step may take before the test gives up; never waited for in a good run."""


class Paused:
    """A store whose calls wait for their turn when an explored thread makes them."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self._turns: dict[int, _Turns] = {}

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if not callable(found):
            return found

        def call(*arguments: Any, **named: Any) -> Any:
            turns = self._turns.get(threading.get_ident())
            if turns is not None:
                turns.wait()
            return found(*arguments, **named)

        return call

    def run(
        self, operations: tuple[Callable[[], Any], ...], schedule: str
    ) -> tuple[list[Any], str]:
        """What each operation gave under *schedule*, and the schedule that was really run.

        Once one has ended, what the schedule still has of it is passed over; once the schedule
        is over, the rest runs in order.
        """
        runs = [_Run(self, operation) for operation in operations]
        taken = ""
        for letter in schedule + "".join(chr(97 + n) * 50 for n in range(len(runs))):
            run = runs[ord(letter) - 97]
            if not run.over:
                run.step()
                taken += letter
        return [run.result for run in runs], taken


class _Turns:
    def __init__(self) -> None:
        self.arrived = threading.Semaphore(0)
        self.granted = threading.Semaphore(0)

    def wait(self) -> None:
        self.arrived.release()
        if not self.granted.acquire(timeout=PATIENCE_S):
            raise TimeoutError("nobody let this store call go on")


class _Run:
    """One operation in a thread, stopped before its next store call or over."""

    def __init__(self, paused: Paused, operation: Callable[[], Any]) -> None:
        self.over = False
        self.result: Any = None
        self._turns = _Turns()
        ready = threading.Event()

        def body() -> None:
            paused._turns[threading.get_ident()] = self._turns
            ready.set()
            self._turns.wait()
            try:
                self.result = operation()
            except Exception as exc:  # what it raised is what it gave
                self.result = exc
            self.over = True
            del paused._turns[threading.get_ident()]
            self._turns.arrived.release()

        self._thread = threading.Thread(target=body, daemon=True)
        self._thread.start()
        ready.wait(PATIENCE_S)
        self._arrive()

    def step(self) -> None:
        """Let it make one store call (at first: begin), and wait until the next or the end."""
        self._turns.granted.release()
        self._arrive()

    def _arrive(self) -> None:
        if not self._turns.arrived.acquire(timeout=PATIENCE_S):
            raise TimeoutError("an operation neither reached a store call nor ended")


@dataclass(frozen=True)
class Race:
    """A schedule whose outcome no serial order gives."""

    schedule: str
    outcome: Any
    serial: tuple[Any, ...]

    def __str__(self) -> str:
        """Say what to run again, and what was seen."""
        return (
            f"under the schedule {self.schedule!r} the outcome was\n  {self.outcome}\n"
            "and one after the other it is\n  " + "\nor\n  ".join(map(str, self.serial))
        )


def explore(
    outcome_of: Callable[[str], tuple[Any, str]],
    switches: int | None = None,
    also: Callable[[Any], bool] = lambda _: False,
) -> Race | None:
    """The shortest race between operations `a` and `b`; None if there is none.

    *also* says of an outcome that no serial order gives whether it is accepted, for a reason.

    *outcome_of* runs a fresh pair under a schedule, and gives what is observed and the schedule
    that was really run. With *switches* only schedules are tried in which the other one has its
    turn at most so often: what goes wrong at all nearly always does so within two or three.
    """
    (first, a_then_b), (second, b_then_a) = outcome_of("a" * 50), outcome_of("b" * 50)
    serial = (first, second)
    steps = a_then_b.count("a"), b_then_a.count("b")
    most = None if THOROUGH else switches
    for schedule in sorted(interleavings(*steps, switches=most), key=_switches):
        outcome, taken = outcome_of(schedule)
        if outcome not in serial and not also(outcome):
            return Race(taken, outcome, serial)
    return None


def interleavings(a: int, b: int, last: str = "", switches: int | None = None) -> Iterator[str]:
    """Every order of *a* steps of one and *b* of the other, after *last*; see `explore`."""
    if a == b == 0:
        yield ""
    for letter, left in (("a", a), ("b", b)):
        spent = bool(last) and letter != last
        if left and not (spent and switches == 0):
            rest = (a - 1, b) if letter == "a" else (a, b - 1)
            allowed = switches - spent if switches is not None else None
            for tail in interleavings(*rest, letter, allowed):
                yield letter + tail


def _switches(schedule: str) -> int:
    """How often the other one has its turn: fewer is easier to read."""
    return sum(1 for left, right in pairwise(schedule) if left != right)


def fresh_names() -> Iterator[str]:
    """Subjects that no other interleaving has used."""
    return (f"subject-{n}" for n in count())
