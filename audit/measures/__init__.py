"""What is recomputed, one file a subject; a new one is a new entry here.

Each function gets the records and what was recomputed before it, and gives the rows of its
measure. A row of the report that none of them gives is a difference: what nobody recomputes
nobody may trust.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ..figures import Found
from ..raw import Records
from . import (
    beside,
    calibration,
    costmodel,
    crossing,
    in_request,
    journey,
    lookup,
    outage,
    payload,
    revocation,
    scale,
    twins,
)

Verifier = Callable[[Records, Sequence[Found]], Iterable[Found]]

VERIFIERS: dict[str, Verifier] = {
    "lookup": lookup.found,
    "other libraries": beside.found,
    "break-even of requests": in_request.found,
    "equal arms": twins.found,
    "revocation": revocation.found,
    "outage": outage.found,
    "payload": payload.found,
    "scale": scale.found,
    "break-even": crossing.found,
    "journey": journey.found,
    "cost model": costmodel.found,
    # Last: its rows rest on those of lookup.
    "calibration": calibration.found,
}


def recompute(records: Records) -> list[Found]:
    """Every row that the records give."""
    rows: list[Found] = []
    for verifier in VERIFIERS.values():
        rows += verifier(records, rows)
    return rows
