"""Whether an ID can be guessed: made again by those who know the rest, or found by trying."""

from __future__ import annotations

import datetime as dates
import math
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

LEAST_BITS = 60.0
"""OWASP asks for 64 bits of entropy; an estimate from hundreds of IDs is a little below."""
BUDGET_S = 0.5
"""A slow hash in a policy must not hold up a check: fewer IDs are drawn then."""
_CLOCKS = ("time", "monotonic", "perf_counter")


@contextmanager
def held_still(at: float = 1_900_000_000.0) -> Iterator[None]:
    """Stop the clocks and seed `random`, as for an attacker who knows both.

    Randomness of the operating system (`secrets`, `os.urandom`, `uuid4`) stays what it is.
    """

    class Stopped(dates.datetime):
        @classmethod
        def now(cls, tz: dates.tzinfo | None = None) -> Stopped:
            return cls.fromtimestamp(at, tz)

        @classmethod
        def utcnow(cls) -> Stopped:
            return cls.fromtimestamp(at)

    state, kept = random.getstate(), dates.datetime
    clocks = {name: getattr(time, name) for name in (*_CLOCKS, *(f"{n}_ns" for n in _CLOCKS))}
    try:
        random.seed(7)
        for name in clocks:
            setattr(time, name, _standing(int(at * 1e9) if name.endswith("_ns") else at))
        dates.datetime = Stopped  # type: ignore[misc]
        yield
    finally:
        dates.datetime = kept  # type: ignore[misc]
        for name, clock in clocks.items():
            setattr(time, name, clock)
        random.setstate(state)


def can_be_made_again(make: Callable[[], object]) -> bool:
    """Return whether *make*, which reloads the policy, returns the same in two equal worlds."""
    with held_still():
        first = make()
    with held_still():
        return first is not None and make() == first


def drawn(make: Callable[[], str], count: int) -> list[str]:
    """Return up to *count* IDs, and fewer if the policy is slow."""
    until = time.monotonic() + BUDGET_S
    ids: list[str] = []
    while len(ids) < count and (len(ids) < 20 or time.monotonic() < until):
        ids.append(make())
    return ids


def weakness(ids: Sequence[str]) -> str:
    """Return why the next of *ids* can be found, as a sentence; empty if nothing was noticed.

    IDs of one caller, in order. A signed name is the same each time, and nothing is counted then.
    """
    different = len(set(ids))
    if different == 1:
        return ""
    if different < len(ids):
        return f"Of {len(ids)} logins {len(ids) - different} were given an ID a second time."
    if _is_counted(ids):
        return "Each login's ID is the one before and a little more: Mallory counted."
    found = bits(ids)
    if found < LEAST_BITS:
        return f"{len(ids)} IDs differ in about {found:.0f} bits: Mallory can try them all."
    return ""


def bits(ids: Sequence[str]) -> float:
    """Return an upper bound for the entropy of *ids*: the sum over the places in the text."""
    longest = max(map(len, ids))
    columns = [Counter(text[place : place + 1] for text in ids) for place in range(longest)]
    return sum(_entropy(column) for column in columns)


def _entropy(column: Counter[str]) -> float:
    total = column.total()
    return -sum(n / total * math.log2(n / total) for n in column.values())


def _is_counted(ids: Sequence[str]) -> bool:
    for base in (10, 16):
        try:
            numbers = [int(text, base) for text in ids]
        except ValueError:
            continue
        if all(0 < later - earlier < 1000 for earlier, later in pairwise(numbers)):
            return True
    return False


def _standing(value: float) -> Callable[[], float]:
    return lambda: value
