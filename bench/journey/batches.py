"""Pairs of an event and its base, one after the other, with processor time read around each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter_ns
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..answers import spans_of
from ..payload.wire import Connection, Response
from .spending import Purse, Spent

SETTLE_S = 0.0002
"""A worker goes on for some microseconds after it has sent its answer."""

Send = Callable[[], Sequence[Response]]
"""Sends the requests of one event, or of one base, and returns their answers."""


class Pair(NamedTuple):
    """One event, and what it is held against."""

    base: Send
    event: Send


@dataclass(frozen=True)
class Batch:
    """What the pairs of one batch took, an element a pair."""

    event: Sequence[Spent]
    base: Sequence[Spent]
    latency_ns: NDArray[np.int64]
    """From the first request of an event to its last answer."""
    answers: Sequence[Sequence[Response]] = field(repr=False)
    """Of the events."""
    base_answers: Sequence[Sequence[Response]] = field(repr=False)

    @property
    def sent(self) -> int:
        """How many requests there were, those of the base included."""
        return sum(map(len, [*self.answers, *self.base_answers]))

    @property
    def correct(self) -> int:
        """How many of their answers were 200."""
        return sum(
            answer.status == 200
            for answers in (*self.answers, *self.base_answers)
            for answer in answers
        )

    def only(self, *, wrote: bool) -> Batch:
        """Return the pairs whose event wrote to the store, or did not; all if there are none."""
        kept = [place for place, each in enumerate(self.answers) if _wrote(each) is wrote]
        if not kept:
            return self
        return Batch(
            [self.event[place] for place in kept],
            [self.base[place] for place in kept],
            self.latency_ns[kept],
            [self.answers[place] for place in kept],
            [self.base_answers[place] for place in kept],
        )

    def figures(self) -> dict[str, float]:
        """Return exact counts: of all events, and of all bases."""
        return {
            "events": float(len(self.answers)),
            **_counts(self.answers),
            **{f"base_{name}": value for name, value in _counts(self.base_answers).items()},
        }

    def arrays(self) -> dict[str, NDArray[np.int64]]:
        """Return times in nanoseconds, an element a pair."""
        app, store = np.array(self.event, np.int64).reshape(-1, 2).T
        base_app, base_store = np.array(self.base, np.int64).reshape(-1, 2).T
        return {
            "app_ns": app,
            "store_ns": store,
            "base_app_ns": base_app,
            "base_store_ns": base_store,
            "latency_ns": self.latency_ns,
        }


class Sender:
    """Sends to one node, and reads what the node and the stores spend on it."""

    def __init__(self, connection: Connection, purse: Purse) -> None:
        self.connection = connection
        self._purse = purse

    def exchange(self, *requests: bytes) -> list[Response]:
        """Send *requests* one after the other."""
        return [self.connection.exchange(raw) for raw in requests]

    def batch(self, pairs: Sequence[Pair]) -> Batch:
        """Send the base and the event of each of *pairs*, in turn."""
        events, bases, answers, base_answers = [], [], [], []
        took = np.zeros(len(pairs), np.int64)
        before = self._settled()
        for place, pair in enumerate(pairs):
            base_answers.append(pair.base())
            between = self._settled()
            started = perf_counter_ns()
            answers.append(pair.event())
            took[place] = perf_counter_ns() - started
            after = self._settled()
            bases.append(between.since(before))
            events.append(after.since(between))
            before = after
        return Batch(events, bases, took, answers, base_answers)

    def _settled(self) -> Spent:
        time.sleep(SETTLE_S)
        return self._purse.read()


def _wrote(answers: Sequence[Response]) -> bool:
    return _counts([answers])["writes"] > 0


def _counts(answers: Sequence[Sequence[Response]]) -> dict[str, float]:
    every = [answer for each in answers for answer in each]
    spans = [found for answer in every if (found := spans_of(answer))]
    return {
        "sent_bytes": float(sum(answer.sent_bytes for answer in every)),
        "received_bytes": float(sum(answer.received_bytes for answer in every)),
        "reads": float(sum(span.reads for span in spans)),
        "writes": float(sum(span.writes for span in spans)),
    }
