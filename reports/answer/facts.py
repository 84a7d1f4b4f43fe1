"""What the first screen knows of a run, as plain data: the same for the page and the terminal.

Costs are what a scheme adds to the application's answer, over control, with the store
on the same machine. What the distance to the store adds is a slope in µs per ms, measured where
requests went through a delay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from itertools import combinations

import numpy as np

from ..certainty import is_backed, told_apart
from ..charts.faults import ALL, NONE
from ..differences import over_differences, shift
from ..guarantees import broken
from ..headline import COST, DIFFERENCE, LAYER, QUANTITY, RATIO
from ..loading import Series
from ..measures.lookup import timed_medians
from ..results import Results
from ..rows import FAR, Row, row, tidy
from ..selection import selection
from .system import SCALES, Known
from .texts import TEXTS

DOWN = ("refused", "hung", "sigstop")
"""Faults in which the store answers nothing."""
LOST = "kill-lose"
US_PER_MS = 1000.0
BLURRED = 4.0
"""An interval of a rough figure whose ends differ by more says no size."""


def known(results: Results) -> Known:
    """Return everything the first screen needs: schemes, their figures and the words for them."""
    costs = results.costs(COST)
    blocks = _blocks(results)
    heads = set(selection(results, costs))
    names = dict.fromkeys([*costs, *results.costs("request_bytes"), *_revoked(results)])
    failed = {one.scheme for one in broken(results)}
    schemes = [
        _scheme(results, name, costs.get(name), blocks, name in heads, failed) for name in names
    ]
    _fill_misses(schemes)
    noise = results.noise_us(LAYER)
    stored = results.find("aa_noise_store_us", layer=LAYER) or noise
    return {
        "schemes": schemes,
        "noise_us": None if stored is None else tidy(stored.value),
        "unsure": _unsure(results, costs, blocks),
        "pair": _pair(schemes),
        "ratios": _ratios(results),
        "farthest_ms": _farthest_ms(costs, results),
        "withheld": _withheld(costs),
        "scales": SCALES,
        "texts": TEXTS,
    }


def _scheme(
    results: Results,
    name: str,
    cost: Row | None,
    blocks: Mapping[str, Mapping[int, float]],
    head: bool,
    failed: Set[str],
) -> Known:
    arm = results.recording.arm(name)
    size = results.main("request_bytes").get(name)
    tested = results.ending_one("node_revocations", name, "all")
    trips = _trips(results, name)
    return {
        "id": name,
        "title": results.title(name),
        "family": results.family(name),
        "kind": arm.mechanism,
        "local": arm.is_local,
        "head": head,
        "ours": not results.rival(name),
        "us": None if cost is None else tidy(cost.value),
        "low": None if cost is None or cost.ci_low is None else tidy(cost.ci_low),
        "high": None if cost is None or cost.ci_high is None else tidy(cost.ci_high),
        "rough": _rough(cost),
        "blocks": [tidy(round(us, 2)) for _, us in sorted(blocks.get(name, {}).items())],
        "slope_us": tidy(_slope(results, name, cost, trips)),
        "asks": trips > 0,
        "cached_s": arm.bound_s if arm.cached else None,
        "miss_us": None,
        "miss_slope_us": 0.0,
        "prices": _prices(results, name, arm.mechanism),
        "store": arm.store,
        "ends": arm.strength,
        "bound_s": tidy(arm.bound_s),
        "broken": name in failed,
        "tested": int(tested.value) if tested else 0,
        "bytes": None if size is None else tidy(size.value),
        "verified_with": arm.verified_with,
        **_while_down(results, name),
        "stays_out": arm.strength == "at-expiry" or _stays_out(results, name),
        "keeps": _keeps(results, name),
    }


def _prices(results: Results, name: str, mechanism: str) -> dict[str, float] | None:
    """Return the processor time of the events that recur in a login's life; None unless all."""
    events = ("check", "renewal" if mechanism == "token" else "touch")
    found = {event: results.find("journey_cpu_us", name, event=event) for event in events}
    prices = {event: tidy(row.value) for event, row in found.items() if row is not None}
    return prices if len(prices) == len(events) else None


def _trips(results: Results, name: str) -> float:
    """Return the store operations of a request that wait for each other, over a network."""
    if results.is_local(name):
        return 0.0
    counts = ("store_reads", "store_writes")
    found = [results.find(m, name, layer="span") or results.find(m, name) for m in counts]
    counted = [one.value for one in found if one is not None]
    if not counted:
        # Nobody counted: what a request takes longer with the store far away tells.
        near, far = results.costs(COST).get(name), results.find(COST, name, design=FAR)
        if near is None or far is None or not far.store_rtt_ms:
            return 0.0
        counted = [(far.value - near.value) / far.store_rtt_ms / US_PER_MS]
    trips = sum(counted)
    return trips if trips >= 0.5 else 0.0


def _slope(results: Results, name: str, cost: Row | None, trips: float) -> float:
    far = results.find(COST, name, design=FAR)
    if not trips:
        return 0.0
    if cost is None or far is None or not far.store_rtt_ms or far.validity == "withheld":
        return trips * US_PER_MS
    return max(0.0, (far.value - cost.value) / far.store_rtt_ms)


def _fill_misses(schemes: list[Known]) -> None:
    """A cache that has no answer costs what the same store costs without a cache."""
    for one in schemes:
        if one["cached_s"] is None:
            continue
        plain = [
            other
            for other in schemes
            if (other["kind"], other["store"]) == (one["kind"], one["store"])
            and other["cached_s"] is None
            and other["us"] is not None
            and other["ours"]
            and other["ends"] == "immediate"
        ]
        if plain:
            cheapest = min(plain, key=lambda other: other["us"])
            one["miss_us"], one["miss_slope_us"] = cheapest["us"], cheapest["slope_us"]


def _blocks(results: Results) -> dict[str, dict[int, float]]:
    """Return what each scheme cost over control in each block, low load, store beside it."""
    recording = results.recording
    series = [one for one in timed_medians(recording, QUANTITY) if _is_plain(one)]
    by_arm = {one.arm: one for one in series}
    control = by_arm.get(recording.control)
    if control is None:
        return {}
    return {
        arm: {
            block: shift(one.beside(control, block))
            for block in one.blocks
            if block in control.blocks
        }
        for arm, one in by_arm.items()
    }


def _is_plain(one: Series) -> bool:
    return row("", "lookup", one.arm, COST, 0.0, one.regime).plain


def _unsure(
    results: Results, costs: Mapping[str, Row], blocks: Mapping[str, Mapping[int, float]]
) -> list[list[str]]:
    """Return the pairs whose order this run cannot tell, by the rule of `certainty`."""
    official = {(one.scheme, one.less): one for one in results.of(DIFFERENCE) if one.plain}
    found = []
    for one, other in combinations(costs, 2):
        noise = results.floor_us(LAYER, one, other)
        difference = official.get((one, other)) or official.get((other, one))
        if difference is None:
            shared = sorted(blocks.get(one, {}).keys() & blocks.get(other, {}).keys())
            values = np.array([blocks[one][b] - blocks[other][b] for b in shared])
            if values.size:
                estimate = over_differences(values, n=0)
                difference = row("", "lookup", one, DIFFERENCE, estimate, less=other)
        if noise is None or difference is None or not _is_told(results, difference, noise):
            found.append([one, other])
    return found


def _is_told(results: Results, difference: Row, noise: Row) -> bool:
    if not told_apart(difference, noise):
        return False
    return is_backed(results, difference, difference.scheme, difference.less)


def _pair(schemes: list[Known]) -> list[str]:
    """Choose what to hold against each other: an ordinary session and the cheapest token.

    Among those that cost nearly the same, the one with the shortest name.
    """
    ours = [one for one in schemes if one["ours"]] or schemes
    shared = [one for one in ours if not one["local"]] or ours
    sessions = [one for one in shared if one["kind"] == "session"]
    tokens = [one for one in shared if one["kind"] == "token"]
    ordinary = [one for one in sessions if one["ends"] == "immediate"] or sessions
    chosen = [_plainest(group) for group in (ordinary, tokens) if group]
    if len(chosen) < 2:
        rest = [one for one in ours if one["id"] not in chosen]
        if rest:
            chosen.append(_plainest(rest))
    return chosen


def _plainest(group: list[Known]) -> str:
    def cost(one: Known) -> float:
        return float("inf") if one["us"] is None else float(one["us"])

    least = min(map(cost, group))
    near = [one for one in group if cost(one) <= 1.05 * least]
    return str(min(near, key=lambda one: (len(one["title"]), cost(one), one["id"]))["id"])


def _withheld(costs: Mapping[str, Row]) -> dict[str, str]:
    """Return why a cost is no evidence, or too rough for a headline, by scheme."""
    found = {}
    for name, one in costs.items():
        if one.validity == "withheld" or _is_blurred(one):
            found[name] = one.reason
    return found


def _rough(cost: Row | None) -> str:
    """Return why a cost is rough, the gravest reason alone; empty if it is not."""
    if cost is None or cost.validity != "rough":
        return ""
    return cost.reason.partition(";")[0]


def _ratios(results: Results) -> list[list[str | float]]:
    """Return session, token, and what the one adds over what the other does, with its interval."""
    return [
        [one.scheme, one.beside, tidy(one.value), tidy(one.ci_low), tidy(one.ci_high)]
        for one in results.of(RATIO)
        if one.plain and one.validity != "withheld"
        if one.ci_low is not None and one.ci_high is not None
    ]


def _farthest_ms(costs: Mapping[str, Row], results: Results) -> float:
    """Return how far away the store was, at most, that requests were timed with."""
    rows = [one for one in results.of(COST) if one.far and one.scheme in costs]
    return float(tidy(max((one.store_rtt_ms or 0.0 for one in rows), default=0.0)))


def _is_blurred(cost: Row) -> bool:
    if cost.validity != "rough" or cost.ci_low is None or cost.ci_high is None:
        return False
    return cost.ci_high > BLURRED * max(cost.ci_low, 0.0)


def _revoked(results: Results) -> Iterable[str]:
    return (
        gathered.arm for gathered in results.trials if results.mechanism(gathered.arm) != "control"
    )


def _while_down(results: Results, name: str) -> dict[str, bool | None]:
    """Return whether valid logins work while the store is down, all or some; None if unknown."""
    rates = [
        found.value
        for one in results.faults
        if one.scheme == name and one.applies and one.fault in DOWN
        if (found := one.found.get("valid_accept_rate")) is not None
    ]
    if not rates:
        return {"stays_in": None, "some_in": None}
    return {"stays_in": min(rates) >= ALL, "some_in": max(rates) > NONE}


def _stays_out(results: Results, name: str) -> bool | None:
    """Return whether revoked logins stay out in every store failure; None if not measured."""
    rates = [
        found.value
        for one in results.faults
        if one.scheme == name and one.applies
        for metric in ("revoked_accept_rate", "revoked_accept_rate_after")
        if (found := one.found.get(metric)) is not None
    ]
    return max(rates) <= NONE if rates else None


def _keeps(results: Results, name: str) -> bool | None:
    """Return whether valid logins work after the store lost its data; None if not measured."""
    rates = [
        found.value
        for one in results.faults
        if one.scheme == name and one.applies and one.fault == LOST
        if (found := one.found.get("valid_accept_rate_after")) is not None
    ]
    return min(rates) >= ALL if rates else None
