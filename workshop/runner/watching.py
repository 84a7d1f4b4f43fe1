"""Watch mode: check again whenever the file changes, with the keys of rustlings.

The file's time is polled, so that it works on every file system. Without a terminal it is plain:
one verdict after each change, and letters from a pipe count as keys.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
import termios
import tty
from collections.abc import Callable, Iterator, Sequence
from typing import TextIO

from . import checking
from .catalogue import Lab, labs
from .choosing import lead_in
from .folder import Folder
from .verdict import EXIT_CODES

POLL_S = 0.3
KEYS = "n next, h hint, l list, r run again, x reset, q quit"

Say = Callable[[str], None]


class Watch:
    """One learner at work."""

    def __init__(
        self,
        folder: Folder,
        lab: Lab,
        say: Say,
        keys: TextIO = sys.stdin,
        path: Sequence[Lab] | None = None,
    ) -> None:
        self._path = labs() if path is None else path
        self._folder = folder
        self._lab = lab
        self._say = say
        self._keys = keys
        self._hints = 0
        self._checked: tuple[int, ...] = ()
        """The file as it was when the last check began."""
        self._is_closed = False
        self._code = EXIT_CODES["error"]

    def run(self, rounds: int | None = None) -> int:
        """Until q, or for so many polls; the exit code is the last verdict's."""
        with _one_key_at_a_time(self._keys):
            self._check()
            while rounds is None or rounds > 0:
                rounds = None if rounds is None else rounds - 1
                before, quits, _ = self._typed().partition("q")
                for key in before:
                    self._on(key)
                if quits:
                    break
                if self._saved_since():
                    self._check()
        return self._code

    def _on(self, key: str) -> None:
        actions = {"n": self._next, "h": self._hint, "l": self._list, "r": self._check}
        actions["x"] = self._reset
        if key in actions:
            actions[key]()

    def _check(self) -> None:
        # Before: what is saved while the check runs is checked next.
        self._checked = self._file()
        verdict = checking.check(self._folder, self._lab)
        self._code = EXIT_CODES[verdict.status]
        self._say("\n" + checking.text(self._folder, self._lab, verdict))
        self._say(f"[{KEYS}]  watching {checking.short(self._folder.policy(self._lab))}")

    def _next(self) -> None:
        after = [lab for lab in self._path if lab.number > self._lab.number]
        if self._folder.status(self._lab) != "pass":
            self._say("This lab is not passed yet; q quits, and `check` takes any number.")
        elif not after:
            self._say("That was the last lab. python -m workshop card prints your card.")
        else:
            self._lab, self._hints = after[0], 0
            with _whole_lines(self._keys):
                goes_on = lead_in(self._folder, self._lab)
            if goes_on:
                self._check()

    def _hint(self) -> None:
        hints = self._lab.hints()
        self._say(hints[min(self._hints, len(hints) - 1)])
        self._hints += 1

    def _list(self) -> None:
        for lab in labs():
            self._say(f"  {lab.number:2} {self._folder.status(lab) or '':12} {lab.title}")

    def _reset(self) -> None:
        self._folder.reset(self._lab)
        self._check()

    def _saved_since(self) -> bool:
        return self._file() != self._checked

    def _file(self) -> tuple[int, ...]:
        found = self._folder.policy(self._lab).stat()
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _typed(self) -> str:
        """What was typed since, after waiting a moment for it; a closed input types nothing."""
        if self._is_closed:
            # Nobody will ever press a key: wait for changes alone, at the same pace.
            select.select([], [], [], POLL_S)
            return ""
        ready, _, _ = select.select([self._keys], [], [], POLL_S)
        if not ready:
            return ""
        # Not the stream's own read: what it takes in advance, select would not see any more.
        typed = os.read(self._keys.fileno(), 1024).decode(errors="replace")
        self._is_closed = not typed
        return typed


@contextlib.contextmanager
def _whole_lines(keys: TextIO) -> Iterator[None]:
    """Read whole lines for a while, so that somebody can answer questions."""
    if not keys.isatty():
        yield
        return
    before = termios.tcgetattr(keys)
    lines = termios.tcgetattr(keys)
    lines[3] |= termios.ICANON | termios.ECHO
    try:
        termios.tcsetattr(keys, termios.TCSADRAIN, lines)
        yield
    finally:
        termios.tcsetattr(keys, termios.TCSADRAIN, before)


@contextlib.contextmanager
def _one_key_at_a_time(keys: TextIO) -> Iterator[None]:
    """Read keys as they are pressed where there is a terminal; restore it afterwards."""
    if not keys.isatty():
        yield
        return
    before = termios.tcgetattr(keys)
    try:
        tty.setcbreak(keys)
        yield
    finally:
        termios.tcsetattr(keys, termios.TCSADRAIN, before)
