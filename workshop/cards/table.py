"""The table that cards are played on: one at a time, with what came of each the last time."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from ..runner.folder import Folder, write
from .deck import Card, Defence
from .playing import Broken, Played, play_apart

Results = Mapping[Defence, Played | Broken]


class Busy(Exception):
    """Another card is being played at this moment."""


class Table:
    """What was played since the cards were opened."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self._last: dict[str, Results] = {}
        self._lock = threading.Lock()

    @property
    def has_played(self) -> bool:
        """Whether anything was."""
        return bool(self._last)

    def last(self, card: Card) -> Results:
        """What came of *card* the last time; empty before the first."""
        return self._last.get(card.name, {})

    def play(self, card: Card) -> None:
        """Attack every shop of *card*, each in a process of its own; Busy if another is played."""
        with self.playing():
            defences = card.defences(self.folder)
            paths = [card.policy(defence, self.folder) for defence in defences]
            with ThreadPoolExecutor(len(defences)) as pool:
                found = pool.map(play_apart, [card] * len(defences), defences, paths)
                self._last[card.name] = dict(zip(defences, found, strict=True))
            self._count_as_seen(card)

    @contextmanager
    def playing(self) -> Iterator[None]:
        """Have the table to oneself; Busy if somebody else has."""
        if not self._lock.acquire(blocking=False):
            raise Busy
        try:
            yield
        finally:
            self._lock.release()

    def close(self) -> None:
        """Wait for what is being played, and play nothing more."""
        self._lock.acquire()

    def _count_as_seen(self, card: Card) -> None:
        """Fix the predictions of the lab, as every result does."""
        if self.folder.has_seen(card.lab):
            return
        lines = [f"{card.title}, on its card:"]
        for defence, came in self.last(card).items():
            lines.append(f"  {defence}: {came.why if isinstance(came, Broken) else came.text}")
        write(self.folder.of(card.lab) / "attack.txt", "\n".join(lines) + "\n")
