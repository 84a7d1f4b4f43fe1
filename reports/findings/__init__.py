"""The opening of a report: a few sentences computed from the data, each with what it rests on.

A sentence is written only from rows: whatever number it holds stands in one of them, and so in
`results.csv`. What noise may have made is said as "cannot tell", with how long a run could.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..results import Results
from .break_even import break_even
from .instrument import instrument
from .lookup import end_to_end, inside_the_request
from .outage import outage
from .payload import payload
from .revocation import revoked
from .sentence import Finding as Finding
from .sentence import judged

MOST = 5
"""Sentences of the first screen; what comes later in the list is left to its section."""
WRITTEN: list[Callable[[Results], Iterator[Finding]]] = [
    inside_the_request,
    break_even,
    revoked,
    payload,
    outage,
    end_to_end,
    instrument,
]


def findings(results: Results) -> list[Finding]:
    """Return the sentences of the first screen, those that this run has the data for."""
    found = [finding for write in WRITTEN for finding in write(results)][:MOST]
    return [judged(finding) for finding in found]
