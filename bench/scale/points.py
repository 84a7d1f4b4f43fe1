"""Which conditions a plan measures which scheme under, and what of it there is no room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from demo.auth import Scheme

from .chunks import wanted
from .job import REVOKE_AXIS, Point

if TYPE_CHECKING:
    from ..plan import Plan

# Seconds for one login, or one denial, that a store is filled with; measured, for the forecast.
FILL_S = {"memory": 6e-6, "redis": 12e-6, "postgres": 13e-6, "sqlite": 32e-6}
DENY_S = {"redis": 21e-6, "postgres": 14e-6, "sqlite": 33e-6}
CALL_S = 250e-6
"""Of one call of verify and one of its floor, where the store is near."""
PROCESS_S = 0.2
BYTES = {"memory": 1_000, "redis": 700, "postgres": 1_000, "sqlite": 200}
"""Of memory for one login or denial, with what a process that follows them knows."""
MEMORY_SHARE = 0.6
NETWORKED = ("redis", "postgres")
FEWEST = 1_000


@dataclass(frozen=True)
class Walk:
    """One scheme along one axis."""

    of: Scheme
    axis: str
    points: tuple[Point, ...]
    left_out: tuple[str, ...] = ()
    """What there is no time or no memory for, in words."""

    @property
    def scheme(self) -> str:
        """Its name."""
        return self.of.name

    @property
    def places(self) -> int:
        """How many stores it needs for itself."""
        return max(point.place for point in self.points) + 1

    @property
    def rtts_ms(self) -> list[float]:
        """How far away its stores must be, nearest first; empty if only where they are."""
        return sorted({p.conditions.get("store_rtt_ms", 0.0) for p in self.points} - {0.0})

    def seconds(self, plan: Plan) -> float:
        """About how long it takes."""
        rounds = 1 if self.axis == REVOKE_AXIS else plan.scale_rounds
        calls_s = sum(
            p.calls * (CALL_S + 2e-3 * p.conditions.get("store_rtt_ms", 0.0)) for p in self.points
        )
        fills_s = [_fill_s(self.of, p.conditions, rounds) for p in self.points]
        # The crowds of one store are one crowd that grows.
        filled_s = max(fills_s) if self.axis == REVOKE_AXIS else sum(fills_s)
        return PROCESS_S * (2 + rounds) + rounds * calls_s + filled_s


def walks(plan: Plan, schemes: Sequence[Scheme]) -> list[Walk]:
    """
    Every walk of *plan*; stores are filled for schemes of this project's own stores alone.

    Of schemes that differ in their transport alone one is enough: nothing here travels.
    """
    found: list[Walk | None] = []
    for scheme in _distinct(schemes):
        found += [_claims(plan, scheme), _store_rtt(plan, scheme)]
        if scheme.place and not scheme.library and scheme.asked_store:
            found += [
                _population(plan, scheme),
                _denied(plan, scheme),
                _subject_sessions(plan, scheme),
            ]
    return [walk for walk in found if walk is not None]


def _distinct(schemes: Sequence[Scheme]) -> list[Scheme]:
    seen: dict[tuple[object, ...], Scheme] = {}
    for scheme in schemes:
        if scheme.mechanism is not None:
            made_of = (scheme.kind, scheme.algorithm, scheme.strategy, scheme.store, scheme.cached)
            # Alike in its parts, another's may be another program.
            whose = scheme.family if scheme.place else scheme.name
            seen.setdefault((*made_of, whose), scheme)
    return list(seen.values())


def _store_rtt(plan: Plan, scheme: Scheme) -> Walk:
    # A token that asks no store goes along: that it does not care is seen, and not only said.
    near = bool(scheme.asked_store) and scheme.asked_store not in NETWORKED
    asked = plan.scale_rtts_ms[:1] if near else plan.scale_rtts_ms
    points = []
    for rtt_ms, role in _roles(asked):
        calls = plan.scale_calls
        if rtt_ms:
            calls = min(calls, max(20, round(plan.scale_far_s / (2e-3 * rtt_ms))))
        points.append(_point(calls, role, store_rtt_ms=rtt_ms))
    return Walk(scheme, "store_rtt", _together(points))


def _claims(plan: Plan, scheme: Scheme) -> Walk:
    points = [_point(plan.scale_calls, role, claims=n) for n, role in _roles(plan.scale_claims)]
    far = [rtt_ms for rtt_ms in plan.scale_rtts_ms if rtt_ms]
    if scheme.asked_store in NETWORKED and far and len(points) > 2:
        # Both at once: a model that fits each axis alone may still be wrong about the two.
        claims = plan.scale_claims[len(plan.scale_claims) // 2]
        rtt_ms = far[len(far) // 2]
        calls = min(plan.scale_calls, max(20, round(plan.scale_far_s / (2e-3 * rtt_ms))))
        points.append(_point(calls, "held-out", claims=claims, store_rtt_ms=rtt_ms))
    return Walk(scheme, "claims", _together(points))


def _population(plan: Plan, scheme: Scheme) -> Walk | None:
    if scheme.cached or (scheme.kind == "token" and scheme.strategy != "generation"):
        return None  # what they ask does not know how many logins there are
    return _levels(plan, scheme, "population", plan.scale_populations)


def _denied(plan: Plan, scheme: Scheme) -> Walk | None:
    if scheme.kind != "token":
        return None
    return _levels(plan, scheme, "denied", plan.scale_denied)


def _subject_sessions(plan: Plan, scheme: Scheme) -> Walk | None:
    if scheme.cached or scheme.follows:
        return None  # they write as others do that are there
    crowds, left_out = _room(plan, scheme, REVOKE_AXIS, plan.scale_crowds, rounds=1)
    points = tuple(
        Point(
            conditions={"subject_sessions": float(sessions), "population": float(crowd)},
            calls=max(3, min(20, 200 // sessions)),
        )
        for crowd in crowds
        for sessions in plan.scale_subject_sessions
    )
    return Walk(scheme, REVOKE_AXIS, points, left_out) if points else None


def _levels(plan: Plan, scheme: Scheme, axis: str, numbers: Sequence[int]) -> Walk | None:
    rounds = 1 if scheme.shared else plan.scale_rounds
    kept, left_out = _room(plan, scheme, axis, numbers, rounds)
    points = tuple(
        _point(plan.scale_calls, role, place=place, **{axis: number})
        for place, (number, role) in enumerate(_roles(kept))
    )
    return Walk(scheme, axis, points, left_out) if points else None


def _room(
    plan: Plan, scheme: Scheme, axis: str, numbers: Sequence[int], rounds: int
) -> tuple[list[int], tuple[str, ...]]:
    """Those of *numbers* that there is time and memory for, and what is left out."""
    kept, left_out = [], []
    memory_bytes = psutil.virtual_memory().available * MEMORY_SHARE
    for number in numbers:
        conditions = {"denied" if axis == "denied" else "population": float(number)}
        if _fill_s(scheme, conditions, rounds) > plan.scale_fill_s:
            left_out.append(f"{scheme.name}: {axis} {number:,} takes too long for this plan")
        elif number * BYTES[scheme.store] > memory_bytes:
            left_out.append(f"{scheme.name}: {axis} {number:,} does not fit into memory")
        else:
            kept.append(number)
    return kept, tuple(left_out)


def _fill_s(scheme: Scheme, conditions: dict[str, float], rounds: int) -> float:
    store = scheme.asked_store
    again = 1 if scheme.shared else rounds
    denied_s = conditions.get("denied", 0.0) * DENY_S.get(store, 0.0)
    return again * (conditions.get("population", 0.0) * FILL_S.get(store, 12e-6) + denied_s)


def _roles(values: Sequence[float]) -> list[tuple[float, str]]:
    """Every second value between the ends is kept from the fit, and tests it."""
    last = len(values) - 1
    return [
        (value, "held-out" if place % 2 and place != last else "fit")
        for place, value in enumerate(values)
    ]


def _together(points: Sequence[Point]) -> tuple[Point, ...]:
    """Points in one store, in which the logins of all of them are."""
    population = float(sum(wanted(point.calls) for point in points))
    for point in points:
        point.conditions["population"] = population
    return tuple(points)


def _point(calls: int, role: str, place: int = 0, **conditions: float) -> Point:
    usual = {"store_rtt_ms": 0.0, "population": float(wanted(calls)), "denied": 0.0, "claims": 0.0}
    varied = {name: float(value) for name, value in conditions.items()}
    return Point(conditions=usual | varied, place=place, calls=calls, role=role)
