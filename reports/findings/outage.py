"""What a store in trouble does to logins, and to revocations."""

from __future__ import annotations

from collections.abc import Iterator

from ..charts.faults import ALL, NONE, OPEN, outcome
from ..measures.outage import Fault
from ..results import Results
from ..rows import Row
from ..wording import quantity, some
from .sentence import Finding

DOWN = "refused"
"""The plain case: the store is gone and says so."""
WORDS = {
    "kill-lose": "once the store was killed and lost its data",
    "kill-keep": "once the store was killed and started again",
    "evict": "once the store was full and evicted entries",
    "node-killed": "once a node was killed and started again",
}
"""A fault in a sentence."""


def outage(results: Results) -> Iterator[Finding]:
    """Say who stays in while the store is down, and under which faults the revoked come back."""
    told, rows = [], []
    down = [one for one in results.faults if one.fault == DOWN and one.applies]
    out = _of(down, "valid_accept_rate", lambda value: value <= NONE)
    kept = _of(down, "valid_accept_rate", lambda value: value >= ALL)
    if out:
        told.append(
            f"With the store down, {quantity(_worst(out))} of valid requests get in under "
            f"{some(_names(out))}"
        )
        rows.append(_worst(out))
    if kept:
        least = min(kept, key=lambda row: row.value)
        do = "do" if out else "of valid requests get in with the store down"
        told.append(f"{quantity(least)} {do} under {some(_names(kept))}")
        rows.append(least)
    text = ", ".join(told)
    back = [
        (one, row)
        for one in results.faults
        for metric in ("revoked_accept_rate", "revoked_accept_rate_after")
        if outcome(results, one) is OPEN
        if (row := one.found.get(metric)) is not None and row.value > NONE
    ]
    if back:
        one, row = max(back, key=lambda pair: pair[1].value)
        names = some(sorted({fault.scheme for fault, _ in back}))
        whose = f" under {row.scheme}" if row.scheme != names else ""
        how = WORDS.get(one.fault, f"under the fault {one.fault}")
        sentence = (
            f"what was revoked works again under {names}: {quantity(row)} of its requests{whose}, "
            f"{how}"
        )
        rows.append(row)
    else:
        sentence = "no fault makes what was revoked work again"
    if results.faults and rows:
        whole = f"{text}; {sentence}." if text else f"{sentence[0].upper()}{sentence[1:]}."
        yield Finding("Store in trouble", whole, tuple(rows), "revocation", "revocation-faults")


def _of(faults: list[Fault], metric: str, keep: object) -> list[Row]:
    assert callable(keep)
    return [row for one in faults if (row := one.found.get(metric)) and keep(row.value)]


def _names(rows: list[Row]) -> list[str]:
    return [row.scheme for row in rows]


def _worst(rows: list[Row]) -> Row:
    return max(rows, key=lambda row: row.value)
