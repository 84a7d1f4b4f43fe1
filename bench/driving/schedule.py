"""Open-loop schedules: when each request is due, for which arm, decided before the first is sent.

A generator that waits for answers before it sends the next request forgives the server its
pauses (coordinated omission). Here the arrival list exists beforehand, and latency is counted
from the instant a request was due.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

NS_PER_S = 1_000_000_000


@dataclass(frozen=True)
class Schedule:
    """Requests in the order they are due; the arrays are of one length."""

    due_ns: NDArray[np.int64]
    """After the start of the schedule."""
    arm: NDArray[np.int16]
    """Index into the arms of the block."""
    draw: NDArray[np.uint32]
    """A random number for each request; it picks the credential."""

    def __len__(self) -> int:
        return len(self.due_ns)

    @property
    def duration_s(self) -> float:
        return float(self.due_ns[-1]) / NS_PER_S if len(self) else 0.0

    def save(self, path: Path) -> None:
        """Write it where the generator can `load` it."""
        np.savez(path, due_ns=self.due_ns, arm=self.arm, draw=self.draw)

    @classmethod
    def load(cls, path: Path) -> Schedule:
        """The schedule that `save` wrote."""
        with np.load(path, allow_pickle=False) as archive:
            return cls(archive["due_ns"], archive["arm"], archive["draw"])


def interleaved(seed: Sequence[int], arms: int, rate: float, seconds: float) -> Schedule:
    """Poisson arrivals at *rate* a second; each draws its arm at random, all equally likely."""
    generator = np.random.default_rng(seed)
    due_ns = _poisson(generator, rate, seconds)
    return Schedule(
        due_ns=due_ns,
        arm=generator.integers(arms, size=len(due_ns), dtype=np.int16),
        draw=_draws(generator, len(due_ns)),
    )


def climbing(
    seed: Sequence[int], arms: int, rates: Sequence[float], seconds: float, gap_s: float
) -> tuple[Schedule, NDArray[np.int64]]:
    """
    As `interleaved`, at one of *rates* after the other, each for *seconds*, *gap_s* apart.

    With it comes the start of each in nanoseconds.
    """
    generator = np.random.default_rng(seed)
    starts_ns = (np.arange(len(rates)) * (seconds + gap_s) * NS_PER_S).astype(np.int64)
    steps = [
        _poisson(generator, rate, seconds) + start_ns
        for rate, start_ns in zip(rates, starts_ns, strict=True)
    ]
    due_ns = np.concatenate(steps)
    arm = generator.integers(arms, size=len(due_ns), dtype=np.int16)
    return Schedule(due_ns, arm, _draws(generator, len(due_ns))), starts_ns


def separate(
    seed: Sequence[int], arms: int, rate: float, warm_s: float, seconds: float, gap_s: float
) -> tuple[Schedule, NDArray[np.int64]]:
    """
    Poisson arrivals at *rate* for one arm after the other, in random order, *gap_s* apart.

    After the first *warm_s* of its turn each arm has as many as are due in *seconds* at that rate,
    and no more nor fewer: a percentile in the tail needs a number of them.
    With it comes the start of each arm's turn in nanoseconds, by arm.
    """
    generator = np.random.default_rng(seed)
    order = generator.permutation(arms)
    turns_ns = np.zeros(arms, dtype=np.int64)
    due, arm = [], []
    for place, index in enumerate(order):
        turns_ns[index] = int(place * (warm_s + seconds + gap_s) * NS_PER_S)
        warm = _poisson(generator, rate, warm_s)
        counted = _arrivals(generator, round(rate * seconds), seconds) + int(warm_s * NS_PER_S)
        turn = np.concatenate([warm, counted]) + turns_ns[index]
        due.append(turn)
        arm.append(np.full(len(turn), index, dtype=np.int16))
    due_ns = np.concatenate(due)
    return Schedule(due_ns, np.concatenate(arm), _draws(generator, len(due_ns))), turns_ns


def _poisson(generator: np.random.Generator, rate: float, seconds: float) -> NDArray[np.int64]:
    """Instants of a Poisson process within [0, *seconds*): uniform, given how many there are."""
    return _arrivals(generator, generator.poisson(rate * seconds), seconds)


def _arrivals(generator: np.random.Generator, count: int, seconds: float) -> NDArray[np.int64]:
    """*count* instants within [0, *seconds*), as a Poisson process has them that has so many."""
    return np.sort(generator.uniform(0, seconds * NS_PER_S, size=count)).astype(np.int64)


def _draws(generator: np.random.Generator, count: int) -> NDArray[np.uint32]:
    return generator.integers(2**32, size=count, dtype=np.uint32)
