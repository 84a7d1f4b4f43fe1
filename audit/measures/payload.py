"""Payload: counts as they were counted, and their range where blocks disagree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..figures import Found
from ..intervals import Estimate
from ..raw import Cell, Records, Regime, Samples, gather, load_json

METRICS = (
    "request_bytes",
    "request_bytes_total",
    "response_bytes_login",
    "response_bytes",
    "request_bytes_h2_first",
    "request_bytes_h2_steady",
    "request_bytes_h2_first_total",
    "request_bytes_h2_steady_total",
    "credential_bytes",
    "bytes_per_claim",
    "claims_max",
    "store_bytes_per_session",
    "store_bytes_per_revocation",
    "header_field_limit_bytes",
    "headers_limit_bytes",
    "status_beyond",
    "headers_status_beyond",
    "h2_cliff_bytes",
    "silent_cookie_bytes",
)
TRAFFIC = ("traffic_up_gb", "traffic_down_gb")
A_DAY_S = 86_400
REQUESTS_A_LOGIN = 1_000


def found(records: Records, _before: Sequence[Found]) -> Iterator[Found]:
    """Every row of the measure `payload`."""
    cells = list(records.select("payload"))
    counted: list[Found] = []
    for metric in METRICS:
        for one in gather((cell, _figure(cell, metric)) for cell in cells):
            ordered = np.sort(one.values)
            middle = float(ordered[ordered.size // 2])
            low, high = float(ordered[0]), float(ordered[-1])
            estimate = Estimate(middle, low, high, rounds=ordered.size)
            counted.append(Found("payload", one.arm, metric, estimate, one.regime, {}))
    yield from counted
    for requests_per_s, days in _stated(records):
        yield from _traffic(records, counted, requests_per_s, days)


def _figure(cell: Cell, metric: str) -> Samples | None:
    return np.array([cell.figures[metric]]) if metric in cell.figures else None


def _stated(records: Records) -> Iterator[tuple[str, str]]:
    """The traffic that the report adds bytes up for: a choice of its reader, and not measured."""
    rows = load_json(records.folder / "results.json")["results"]
    said = [row for row in rows if row["metric"] in TRAFFIC]
    yield from {(f"{one['requests_per_s']:g}", f"{one['days']:g}"): None for one in said}


def _traffic(
    records: Records, counted: list[Found], requests_per_s: str, days: str
) -> Iterator[Found]:
    """Bytes over control, at the fewest claims, times the requests of the traffic."""
    gigarequests = float(requests_per_s) * float(days) * A_DAY_S / 1e9
    noted = {"requests_per_s": requests_per_s, "days": days}

    def least(metric: str, arm: str) -> float | None:
        mine = [row for row in counted if (row.metric, row.scheme) == (metric, arm)]
        ordered = sorted(mine, key=lambda row: row.regime.conditions.get("claims", 0))
        return ordered[0].estimate.value if ordered else None

    def row(arm: str, metric: str, value: float) -> Found:
        return Found("payload", arm, metric, Estimate(value), Regime({}, {}), noted)

    for arm in dict.fromkeys(row.scheme for row in counted):
        request = least("request_bytes", arm)
        if request is None or records.arm(arm).get("mechanism") == "control":
            continue
        yield row(arm, "traffic_up_gb", request * gigarequests)
        sizes = [
            least(metric, name)
            for metric in ("response_bytes", "response_bytes_login")
            for name in (arm, records.control)
        ]
        answer, bare, login, bare_login = sizes
        if answer is None or bare is None or login is None or bare_login is None:
            continue
        each = answer - bare
        more = (login - bare_login - each) / REQUESTS_A_LOGIN
        yield row(arm, "traffic_down_gb", (each + more) * gigarequests)
