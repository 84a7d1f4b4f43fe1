"""A Bloom filter of all live denials: tiny, and the store settles what it is not sure about."""

from __future__ import annotations

from importlib.util import find_spec

if find_spec("rbloom") is None:
    raise ImportError("Filter needs rbloom: pip install rbloom")

from typing import Any

from rbloom import Bloom

from ..claims import Claims
from ..door import check_count, check_seconds
from .following import Following

EXPECTED = 1_000_000
FALSE_POSITIVES = 0.001
WINDOW_S = 900


class Filter(Following):
    """Strength Within(poll + fetch), exact, and almost no store call on `verify`.

    A family that is not in the filter was not denied; of those that are, one in a thousand was
    not either, so each is looked up in the store. That makes a revoked token the one that costs
    a round trip. A filter forgets nothing, so there is one for each *window_s* in which denials
    end, dropped when it is past: usually two, each of 1.8 MB for 10^6 *expected* denials at a
    *false_positives* of 0.001. Beyond that number it stays right, and asks the store more often.
    """

    def __init__(
        self,
        *arguments: Any,
        expected: int = EXPECTED,
        false_positives: float = FALSE_POSITIVES,
        window_s: int = WINDOW_S,
        **options: Any,
    ) -> None:
        self._expected = check_count(expected, "expected")
        if check_seconds(false_positives, "false_positives") >= 1:
            raise ValueError("false_positives is a share, above 0 and below 1")
        self._false_positives = false_positives
        self._window_s = check_count(window_s, "window_s")
        self._windows: dict[int, Bloom] = {}
        self._filters: tuple[Bloom, ...] = ()
        super().__init__(*arguments, **options)

    @property
    def size_bytes(self) -> int:
        """What the filters of this process take."""
        return sum(each.size_in_bits for each in self._filters) // 8

    def is_revoked(self, claims: Claims) -> bool:
        family = claims.family
        for each in self._filters:
            if family in each:
                return self._ask(claims)
        if self._monotonic() < self._fresh_until:
            return False
        return self._unsure(claims)

    def _learn(self, denials: list[tuple[str, float]]) -> None:
        for family, until in denials:
            window = int(until) // self._window_s
            if window not in self._windows:
                # Python's own hash is keyed in each process: nobody can aim at false positives.
                self._windows[window] = Bloom(self._expected, self._false_positives)
                self._filters = tuple(self._windows.values())
            self._windows[window].add(family)

    def _forget(self, now: float) -> None:
        past = [window for window in self._windows if (window + 1) * self._window_s <= now]
        for window in past:
            del self._windows[window]
        if past:
            self._filters = tuple(self._windows.values())
