"""Schemes do what they declare: who asks a store, who checks a signature, and how often."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..raw import Cell, Records
from .check import Check

WHOLE = 0.02
"""How far a count may be from a whole number: a request without a touch is like any other."""


def declared(records: Records) -> Iterator[Check]:
    """Yield whether the counts of each scheme are those of what it is made of."""
    for cell in records.select("lookup", "span"):
        arm = records.arm(cell.arm)
        if "store_reads" not in cell.figures or not arm:
            continue
        wrong = _wrong(cell, arm)
        yield Check(
            "counts_as_declared",
            not wrong,
            wrong or f"{cell.arm} asks as often as it declares",
            "whole numbers, and none where nothing is asked",
            f"{cell.arm} {wrong}",
            (("lookup", ()),),
            cell.regime.labels.get("load", ""),
            cell.regime.labels.get("design", ""),
            cell.arm,
        )
    yield from _servers_count(records)


def _wrong(cell: Cell, arm: Mapping[str, Any]) -> str:
    """Return what of the counts contradicts the declaration; empty if nothing does."""
    reads, checks = (cell.figures.get(name, 0.0) for name in ("store_reads", "signature_checks"))
    if arm["mechanism"] == "control":
        return "asks a store or checks a signature, and is a control" if reads or checks else ""
    if arm["library"] or arm["cached"] or arm["strategy"] not in KNOWN:
        return ""  # how often others ask is theirs to decide
    asks = KNOWN[arm["strategy"]]
    if asks is not None and bool(reads) != asks:
        return f"reads its store {reads:g} times a request, and is called back by {arm['strategy']}"
    if abs(reads - round(reads)) > WHOLE:
        return f"reads its store {reads:g} times a request: not a whole number"
    if arm["mechanism"] == "session" and checks:
        return f"checks {checks:g} signatures a request, and is a session"
    if arm["mechanism"] == "token" and abs(checks - 1) > WHOLE:
        return f"checks {checks:g} signatures a request, and is a token"
    return ""


KNOWN: Mapping[str, bool | None] = {"delete": True, "denylist": True, "expiry": False}
"""Whether a request asks the store, by how a credential is called back."""


def _servers_count(records: Records) -> Iterator[Check]:
    """Yield whether schemes and the server of their store count alike."""
    for cell in records.select("lookup", "hot"):
        figures = cell.figures
        if "server_calls" not in figures or not figures.get("store_reads"):
            continue
        counted = figures["store_reads"] + figures.get("store_writes", 0.0)
        calls = figures["server_calls"]
        yield Check(
            "store_calls_counted",
            calls >= counted - WHOLE,
            f"{cell.arm} counts {counted:g} calls, and the server of its store {calls:g}",
            "no more than the server",
            f"{cell.arm} counts {counted:g} calls of its store where the server counted {calls:g}",
            (("lookup", ()),),
            scheme=cell.arm,
        )
