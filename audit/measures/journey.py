"""Journeys: prices from pairs of an event and its base, what they add up to, and what that misses.

With n requests a login and m in an interval, the first request after an interval is the share
p·e^(-mp) / (1 - (1 - p)·e^(-mp)) of all, where p = 1/n.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

from ..figures import Found
from ..intervals import Estimate, limits, medians_drawn, over, pooled_quantile
from ..raw import Cell, Records, Regime, Samples

LEFT_OUT = 0.1
DAY_S, TOUCH_S, UPDATES = 8 * 3600.0, 60.0, 0.05
LIFETIMES_S, INTERVALS_S = (60.0, 300.0, 3600.0), (1.0, 10.0, 60.0, 300.0)
BETWEEN_S, LOOKS = (0.1, 3600.0), 40
TIMES = {
    "journey_cpu_us": ("app_ns", "store_ns"),
    "journey_app_us": ("app_ns",),
    "journey_store_us": ("store_ns",),
}
COUNTS = {
    "journey_store_operations": ("reads", "writes"),
    "journey_bytes_up": ("sent_bytes",),
    "journey_bytes_down": ("received_bytes",),
}

Costs = dict[str, Samples]
"""Microseconds of each event, a value a round."""


def found(records: Records, _before: Sequence[Found]) -> Iterator[Found]:
    """Every row of the measure `journey`."""
    cells: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for cell in records.select("journey", "price"):
        cells[cell.arm, cell.regime.labels["event"]].append(cell)
    pace = _paces(cells)
    yield from _prices(records, cells, pace)
    bare = {event: _bare(cells, event) for event in ("check", "login")}
    for event, rounds in bare.items():
        if rounds:
            each = np.array([_mean(values) / 1e3 for values in rounds.values()])
            n = sum(values.size for values in rounds.values())
            yield _row("control", "journey_bare_us", over(each, records.seed, n), event=event)
    yield from _background(records)
    costs: dict[str, Costs] = defaultdict(dict)
    for (arm, event), those in cells.items():
        costs[arm][event] = _times(those, pace, "app_ns", "store_ns")
    if all(bare.values()):
        yield from _lives(records, costs, {e: _middle(b) for e, b in bare.items()}, cells)
    for arm, mine in costs.items():
        traffic = {
            event: float(np.median(_count(cells[arm, event], "sent_bytes", "received_bytes")))
            for event in mine
        }
        yield from _stated(records, arm, mine, traffic)
    yield from _even(records, costs)


def _row(arm: str, metric: str, estimate: Estimate | float, **noted: Any) -> Found:
    estimate = estimate if isinstance(estimate, Estimate) else Estimate(estimate)
    said = {name: str(value) for name, value in noted.items()}
    return Found("journey", arm, metric, estimate, Regime({}, {}), said)


def _mean(values: Samples) -> float:
    return float(stats.trim_mean(values, LEFT_OUT))


def _paces(cells: Mapping[tuple[str, str], list[Cell]]) -> dict[str, float]:
    """What the bases of each batch usually take, over what they did: a slow machine is below 1."""
    own = ("revocation", "logout-everywhere")  # their bases have a login of the scheme
    bases: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for (arm, event), those in cells.items():
        for cell in those:
            took = _mean(cell.arrays["base_app_ns"] + cell.arrays["base_store_ns"])
            bases[event, arm * (event in own)][cell.id] = took
    return {
        name: float(np.median(list(group.values()))) / took
        for group in bases.values()
        for name, took in group.items()
    }


def _times(cells: Sequence[Cell], pace: Mapping[str, float], *names: str) -> Samples:
    apart = [sum((c.arrays[n] - c.arrays["base_" + n] for n in names), start=0) for c in cells]
    return np.array(
        [_mean(np.asarray(each)) / 1e3 * pace[c.id] for each, c in zip(apart, cells, strict=True)]
    )


def _count(cells: Sequence[Cell], *names: str) -> Samples:
    totals = [sum(c.figures[n] - c.figures["base_" + n] for n in names) for c in cells]
    return np.array([t / c.figures["events"] for t, c in zip(totals, cells, strict=True)])


def _prices(
    records: Records, cells: Mapping[tuple[str, str], list[Cell]], pace: Mapping[str, float]
) -> Iterator[Found]:
    for (arm, event), those in cells.items():
        n = int(sum(cell.figures["events"] for cell in those))
        every = {m: _times(those, pace, *names) for m, names in TIMES.items()}
        every |= {m: _count(those, *names) for m, names in COUNTS.items()}
        for metric, values in every.items():
            yield _row(arm, metric, over(values, records.seed, n), event=event)
        if event not in ("revocation", "logout-everywhere"):
            took = {cell.block: cell.arrays["latency_ns"] / 1e6 for cell in those}
            latency = pooled_quantile(took, 0.5, records.seed)
            if latency is not None:
                yield _row(arm, "journey_latency_ms_p50", latency, event=event)


def _bare(
    cells: Mapping[tuple[str, str], list[Cell]], event: str, *names: str
) -> dict[int, Samples]:
    """What the bases of one event took, by round."""
    rounds: dict[int, list[Samples]] = defaultdict(list)
    for (_, what), those in cells.items():
        for cell in those if what == event else ():
            parts = [cell.arrays["base_" + name] for name in names or ("app_ns", "store_ns")]
            rounds[cell.block].append(np.sum(parts, axis=0))
    return {block: np.concatenate(values) for block, values in rounds.items()}


def _middle(rounds: Mapping[int, Samples]) -> float:
    return float(np.median([_mean(values) / 1e3 for values in rounds.values()]))


def _background(records: Records) -> Iterator[Found]:
    took = {}
    for cell in records.select("journey", "idle"):
        figures = cell.figures
        total_ns = figures["app_ns"] + figures["store_ns"] - figures["base_store_ns"]
        took[cell.arm] = total_ns / 1e3 / figures["seconds"]
    for arm, us in took.items():
        if arm != "control" and "control" in took:
            yield _row(arm, "journey_background_us", us - took["control"])


def _shares(
    token: bool, every_s: float, token_s: float, touch_s: float, updates: float, requests: float
) -> dict[str, float]:
    """How often each event comes with a request."""

    def first_after(seconds: float) -> float:
        p = 1 / requests
        stays = math.exp(-seconds / every_s * p)
        return p * stays / (1 - (1 - p) * stays)

    shares = {"update": updates, "login": 1 / requests, "logout": 1 / requests}
    if token:
        return shares | {"check": 1 - updates, "renewal": first_after(token_s)}
    touched = first_after(touch_s)
    return shares | {"check": (1 - updates) * (1 - touched), "touch": (1 - updates) * touched}


def _usual(token: bool, every_s: float, token_s: float) -> dict[str, float]:
    requests = max(1.0, DAY_S / every_s)
    return _shares(token, every_s, token_s, TOUCH_S, UPDATES, requests)


def _cost(costs: Costs, shares: Mapping[str, float]) -> float | None:
    if not shares.keys() <= costs.keys():
        return None
    return float(sum(share * np.median(costs[event]) for event, share in shares.items()))


def _drawn(again: Costs, shares: Mapping[str, float]) -> Samples:
    return np.asarray(sum(share * again[event] for event, share in shares.items()))


def _again(costs: Costs, seed: int) -> Costs:
    """The median of each event when its rounds are drawn anew."""
    return {event: medians_drawn(values, seed) for event, values in costs.items()}


def _token(records: Records, arm: str) -> bool:
    return bool(records.arm(arm)["mechanism"] == "token")


def _within(value: float, again: Samples, rounds: int) -> Estimate:
    if rounds < 2:
        return Estimate(value, rounds=rounds)
    low, high = limits(again, rounds)
    return Estimate(value, min(float(low), value), max(float(high), value), 0, rounds)


def _rounds(costs: Costs) -> int:
    return min(values.size for values in costs.values())


def _stated(
    records: Records, arm: str, costs: Costs, traffic: Mapping[str, float]
) -> Iterator[Found]:
    token = _token(records, arm)
    again = _again(costs, records.seed)
    for token_s, every_s in itertools.product(LIFETIMES_S if token else (60.0,), INTERVALS_S):
        shares = _usual(token, every_s, token_s)
        value = _cost(costs, shares)
        if value is None:
            return
        noted = {"every_s": every_s} | ({"lifetime_s": token_s} if token else {})
        cost = _within(value, _drawn(again, shares), _rounds(costs))
        yield _row(arm, "journey_request_us", cost, **noted)
        yield _row(arm, "journey_login_hour_ms", _scaled(cost, 3.6 / every_s), **noted)
        size = sum(share * traffic[event] for event, share in shares.items())
        yield _row(arm, "journey_day_bytes", size * DAY_S / every_s, **noted)
        if token:
            yield _row(arm, "journey_renewals_per_s", 1e6 * shares["renewal"] / every_s, **noted)


def _scaled(one: Estimate, factor: float) -> Estimate:
    ends = [None if end is None else end * factor for end in (one.low, one.high)]
    return Estimate(one.value * factor, ends[0], ends[1], one.n, one.rounds)


def _even(records: Records, costs: Mapping[str, Costs]) -> Iterator[Found]:
    looks = np.geomspace(*BETWEEN_S, LOOKS)
    shared = [arm for arm in costs if _is_shared(records.arm(arm))]
    drawn = {arm: _again(costs[arm], records.seed) for arm in shared}
    for token, session in itertools.product(shared, shared):
        if not _token(records, token) or _token(records, session):
            continue
        for token_s in LIFETIMES_S:
            mine = [_usual(True, float(every_s), token_s) for every_s in looks]
            theirs = [_usual(False, float(every_s), token_s) for every_s in looks]
            pairs = list(zip(mine, theirs, strict=True))
            if _cost(costs[token], mine[0]) is None or _cost(costs[session], theirs[0]) is None:
                continue
            apart = np.array(
                [(_cost(costs[token], a) or 0) - (_cost(costs[session], b) or 0) for a, b in pairs]
            )
            value = _first_rise(looks, apart)
            if value is None:
                continue
            again = np.array(
                [_drawn(drawn[token], a) - _drawn(drawn[session], b) for a, b in pairs]
            ).T
            ends = (BETWEEN_S[0], BETWEEN_S[1])
            crossed = [_first_rise(looks, one) or ends[bool(one[0] < 0)] for one in again]
            rounds = min(_rounds(costs[token]), _rounds(costs[session]))
            every = _within(value, np.array(crossed), rounds)
            noted = {"less": session, "lifetime_s": token_s}
            yield _row(token, "journey_even_every_s", every, **noted)
            low, high = (None if e is None else token_s / e for e in (every.high, every.low))
            requests = Estimate(token_s / value, low, high, 0, rounds)
            yield _row(token, "journey_even_requests", requests, **noted)


def _is_shared(arm: Mapping[str, Any]) -> bool:
    return bool(arm["shared"]) and arm["store"] not in ("memory", "sqlite")


def _first_rise(looks: Samples, apart: Samples) -> float | None:
    if apart[0] >= 0 or not np.any(apart >= 0):
        return None
    at = int(np.argmax(apart >= 0))
    logs = np.log(looks[at - 1 : at + 1])
    return float(np.exp(np.interp(0.0, apart[at - 1 : at + 1], logs)))


def _lives(
    records: Records,
    costs: Mapping[str, Costs],
    bare: Mapping[str, float],
    cells: Mapping[tuple[str, str], list[Cell]],
) -> Iterator[Found]:
    in_store = _middle(_bare(cells, "login", "store_ns"))
    worst: list[tuple[float, str]] = []
    for cell in records.select("journey", "life"):
        seen = _counted(cell)
        if cell.arm not in costs:
            continue
        requests = seen["check"] + seen["update"]
        shares = _shares(
            _token(records, cell.arm),
            cell.figures["users"] * cell.figures["seconds"] / (requests + seen["login"]),
            cell.figures["token_s"],
            cell.figures["touch_s"],
            seen["update"] / requests,
            max(1.0, requests / max(seen["login"], 1.0)),
        )
        foretold = _cost(costs[cell.arm], shares)
        if foretold is None:
            continue
        plain = ("check", "update", "renewal", "logout")
        alone = sum(seen["control_" + event] for event in plain) * bare["check"]
        alone += seen["control_login"] * (bare["login"] - in_store)
        pace = cell.figures["control_app_ns"] / 1e3 / alone
        base = sum(seen[event] for event in plain) * bare["check"] + seen["login"] * bare["login"]
        base += seen["control_login"] * in_store
        spent = (cell.figures["app_ns"] + cell.figures["store_ns"]) / 1e3
        measured = (spent - pace * base) / requests
        error = 100 * abs(foretold * pace - measured) / abs(measured)
        worst.append((error, cell.arm))
        values = {"pace": pace, "measured_us": measured, "foretold_us": foretold * pace}
        for metric, value in {**values, "error_percent": error}.items():
            estimate = Estimate(value)
            yield Found("journey", cell.arm, f"journey_{metric}", estimate, cell.regime, {})
    if worst:
        error, arm = max(worst)
        yield _row(arm, "journey_error_percent_worst", Estimate(error, n=len(worst)))


def _counted(cell: Cell) -> dict[str, float]:
    """How often each event happened in the window, from the events themselves."""
    kinds = ("login", "check", "update", "renewal", "logout")
    return {
        prefix + kind: float(np.count_nonzero(cell.arrays[prefix + "kind"] == code))
        for prefix in ("", "control_")
        for code, kind in enumerate(kinds)
    }
