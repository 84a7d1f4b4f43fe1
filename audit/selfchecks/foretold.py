"""Prices of events add up to what a whole journey costs, or what they add up to is rough."""

from __future__ import annotations

from collections.abc import Iterator

from ..measures.journey import found
from ..raw import Records
from .check import Check

ERROR_PERCENT_MOST = 10.0
ADDED_UP = ("_request_us", "_login_hour_ms", "_even_every_s", "_even_requests", "_foretold_us")
"""The metrics that are sums of prices."""


def journeys_foretold(records: Records) -> Iterator[Check]:
    """Yield for each scheme by how much its prices miss the journeys that were measured."""
    errors: dict[str, list[float]] = {}
    for row in found(records, []):
        if row.metric == "journey_error_percent":
            errors.setdefault(row.scheme, []).append(row.estimate.value)
    for scheme, each in errors.items():
        worst = max(each)
        yield Check(
            "journeys_foretold",
            worst <= ERROR_PERCENT_MOST,
            f"{scheme}: {worst:.2g} % apart at worst, of {len(each)}",
            f"{ERROR_PERCENT_MOST:g} %",
            f"a whole journey under {scheme} cost {worst:.0f} % more or less than its prices say",
            (("journey", ()),),
            scheme=scheme,
            metrics=ADDED_UP,
            validity="rough",
        )
