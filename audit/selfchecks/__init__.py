"""Checks that fail when the instrument is wrong: each holds records against what they must be.

Nothing here asks the code that measured. A new check is a new entry of `CHECKS`, and a mutation in
`bench mutate` that it catches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..raw import Records
from ..validity import Doubt, doubts
from .accounting import (
    clocks_in_order,
    parts_within_span,
    processor_at_hand,
    time_accounted,
)
from .alike import counters_agree, layers_agree
from .check import Check as Check
from .declared import declared
from .distance import store_as_far
from .foretold import journeys_foretold
from .pairs import pairs_alike
from .resolution import resolution
from .schedule import schedule_kept
from .truths import known_delay, truths_recovered

CHECKS: tuple[Callable[[Records], Iterator[Check]], ...] = (
    *(schedule_kept, clocks_in_order, parts_within_span, time_accounted, resolution),
    *(processor_at_hand, declared, store_as_far, layers_agree, counters_agree, pairs_alike),
    *(known_delay, truths_recovered, journeys_foretold),
)


def checks(records: Records) -> list[Check]:
    """Return what every self-check found in *records*."""
    return [found for check in CHECKS for found in check(records)]


def all_doubts(records: Records) -> list[Doubt]:
    """Return what gates and self-checks leave in doubt: all that the validity of figures follows
    from."""
    return doubts(records) + [doubt for found in checks(records) for doubt in found.doubts()]
