"""A snapshot: every node knows all live denials, and looks each second what is new."""

from __future__ import annotations

from typing import Any

from ..claims import Claims
from ..door import check_count
from .following import Following

MAX_ENTRIES = 2_000_000
"""About 140 bytes each in CPython 3.11: 10^6 live denials are some 140 MB in every process."""


class Snapshot(Following):
    """Strength Within(poll + fetch), exact, no store call on `verify`.

    Past *max_entries* it learns nothing more, and asks the store about what it does not know:
    right, slower, and bounded. Where so much is revoked, `statuslist` and `filter` need less.
    """

    def __init__(self, *arguments: Any, max_entries: int = MAX_ENTRIES, **options: Any) -> None:
        # In the order in which they were learned, which is nearly that in which they are past.
        self._known: dict[str, int] = {}
        self._max_entries = check_count(max_entries, "max_entries")
        self._left_out_until = 0
        super().__init__(*arguments, **options)

    def __len__(self) -> int:
        """How many denials this process knows."""
        return len(self._known)

    def is_revoked(self, claims: Claims) -> bool:
        if claims.family in self._known:
            return True
        if self._monotonic() < self._fresh_until and not self._left_out_until:
            return False
        return self._unsure(claims)

    def _learn(self, denials: list[tuple[str, float]]) -> None:
        instants: dict[int, int] = {}
        for family, until in denials:
            second = max(int(until) + 1, self._known.get(family, 0))
            if len(self._known) >= self._max_entries and family not in self._known:
                self._left_out_until = max(self._left_out_until, second)
            else:
                # One object for each second, not for each denial.
                self._known[family] = instants.setdefault(second, second)

    def _forget(self, now: float) -> None:
        past = []
        for family, until in self._known.items():
            if until > now:
                break
            past.append(family)
        for family in past:
            del self._known[family]
        if self._left_out_until <= now:
            self._left_out_until = 0
