"""Which lines to draw where there are many: those that lie together are drawn once.

Two lines lie together if they are of one look (mechanism, and whose it is) and nowhere differ by
more than a share of their height. The lowest stands for the others; the table beneath has all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..results import Results

MOST = 10
"""Lines that can be told apart and named at their ends."""
SHARES = (0.1, 0.2, 0.4)
"""How near is together: the first with which few enough are left, else the last."""
Line = Mapping[float, float]


@dataclass(frozen=True)
class Chosen:
    """The lines to draw."""

    stands_for: Mapping[str, list[str]]
    """By scheme drawn, the schemes that it stands for besides itself."""
    share: float = field(default=0.0)
    """Within which share lines were taken together; 0 where all are drawn."""

    @property
    def drawn(self) -> list[str]:
        """The schemes that are drawn."""
        return list(self.stands_for)

    @property
    def remark(self) -> str:
        """What a caption must say of it: nothing, where all are drawn."""
        if not self.share:
            return ""
        total = len(self.stands_for) + sum(map(len, self.stands_for.values()))
        return (
            " Lines that nearly coincide are drawn once: +2 stands for two more within "
            f"{100 * self.share:g} %. The table lists all {total}."
        )


def chosen(results: Results, lines: Mapping[str, Line]) -> Chosen:
    """Choose among *lines*, by scheme their height at each place; few are all drawn."""
    if len(lines) <= MOST:
        return Chosen({scheme: [] for scheme in lines})
    for share in SHARES:
        together = _together(results, lines, share)
        if len(together) <= MOST:
            break
    in_order = {scheme: together[scheme] for scheme in lines if scheme in together}
    return Chosen(in_order, share)


def _together(results: Results, lines: Mapping[str, Line], share: float) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for scheme in sorted(
        lines, key=lambda name: (float(np.mean(list(lines[name].values()))), name)
    ):
        near = (
            one
            for one in found
            if results.look(one) == results.look(scheme) and _near(lines[one], lines[scheme], share)
        )
        stands = next(near, None)
        if stands is None:
            found[scheme] = []
        else:
            found[stands].append(scheme)
    return found


def _near(drawn: Line, other: Line, share: float) -> bool:
    """Return whether *other* is never farther than *share* from *drawn*, where it was measured."""
    if not other.keys() <= drawn.keys():
        return False
    return all(abs(other[at] - drawn[at]) <= share * max(other[at], drawn[at]) for at in other)
