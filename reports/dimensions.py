"""The dimensions of a figure: what it was measured under, one column of `results.csv` each.

What does not apply is None, or empty where it is a text. A condition or a label of a record is the
dimension of its name; two labels have another name here, since a scheme has a store and a row has a
reason of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import chain
from typing import Any

from bench.records import DamagedRecord

from .loading import Regime

RENAMED = {"store": "asked_store", "reason": "refusal"}


@dataclass(frozen=True, kw_only=True)
class Dimensions:
    """Under which conditions figures differ and may not be mixed; after them, remarks."""

    rate: float | None = None
    """Requests a second of that scheme."""
    load: str = ""
    """`low` or `high`."""
    design: str = ""
    """`interleaved`, `separate` or `far`."""
    layer: str = ""
    """`hot`, `span`, `app`, `request` or `service`: what the time is of."""
    axis: str = ""
    """The condition that was varied, of the measure `scale`."""
    role: str = ""
    """`fit` or `held-out`: whether the cost model learns from it."""
    denied: int | None = None
    """Live denials."""
    subject_sessions: int | None = None
    """Logins of the subject whose logins all end."""
    phase: str = ""
    """`random`, `adversarial`, or `all` where they are pooled."""
    kind: str = ""
    """What is revoked: `one` login, `all` of a subject's, a signing `key`."""
    fault: str = ""
    """What happens to the store, as in docs/outages.md."""
    node: int | None = None
    """The number of one node."""
    header_policy: str = ""
    """The client whose HPACK is imitated."""
    users: int | None = None
    """How many share one HTTP/2 connection."""
    server: str = ""
    browser: str = ""
    requests_per_s: float | None = None
    """Of a stated traffic, which is not measured."""
    days: float | None = None
    less: str = ""
    """The scheme that is subtracted."""
    beside: str = ""
    """The scheme that is divided by."""
    fields: str = ""
    """`browser`: beside the header fields of a page load."""
    hit_rate: float | None = None
    """Share of checks that a cache answers, where a run states it."""
    lifetime_s: float | None = None
    """Of an access token, where a run states it."""
    event: str = ""
    """What happens to a login, as docs/metrics.md lists them."""
    every_s: float | None = None
    """Seconds between two requests of a login, on average."""
    requests_per_token: float | None = None
    """How often a user of a measured journey was to ask in the life of a token."""
    nodes: int | None = None
    """How many app nodes share the store."""
    store_rtt_ms: float | None = None
    """Round trip added between app and store."""
    population: int | None = None
    """Live logins."""
    claims: int | None = None
    """Claims in a token, or data in a session."""
    asked_store: str = ""
    """The kind of store that a request asks, or that a relay stands before."""
    version: str = ""
    kept_old: str = ""
    refused_by: str = ""
    """Who refuses one claim more: the `scheme`, or a status of the app."""
    refusal: str = ""
    """What it says."""
    limited_by: str = ""
    """What the offered rate is limited by."""
    append_only: str = ""
    placement: str = ""
    warm_up: str = ""
    garbage_collector: str = ""

    def said(self, *without: str) -> str:
        """Return the dimensions that apply as a reader of one line wants them."""
        return "; ".join(
            f"{name}={written(value)}"
            for name in NAMES
            if name not in without and (value := getattr(self, name)) not in ("", None)
        )


NAMES = tuple(field.name for field in fields(Dimensions))
REGIME = NAMES[: NAMES.index("nodes")]
"""Those under which figures differ; population and claims are compared apart, and the rest are
remarks."""
_WHOLE = {field.name for field in fields(Dimensions) if field.type == "int | None"}


def dimensions(regime: Regime, more: Mapping[str, Any]) -> dict[str, Any]:
    """Return the dimensions of *regime* and *more*, as arguments of `Dimensions`."""
    found = {
        RENAMED.get(name, name): value
        for name, value in chain(regime.conditions, regime.labels, more.items())
        if value not in ("", None)
    }
    if unknown := found.keys() - set(NAMES):
        raise DamagedRecord(
            f"the records have a condition that no column is for: {', '.join(sorted(unknown))}; "
            "measure again with this version"
        )
    return {name: int(value) if name in _WHOLE else value for name, value in found.items()}


def written(value: str | float | None) -> str:
    """Write the value of a dimension as text; empty where it does not apply."""
    return f"{value:g}" if isinstance(value, int | float) else value or ""
