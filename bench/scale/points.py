"""Which conditions a plan measures which scheme under, and what of it there is no room for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from demo.auth import Scheme

from ..lookup.bare import store_of
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
FOLLOWING = ("snapshot", "pushed", "statuslist", "filter")
ASKING = ("denylist", "generation")
FEWEST = 1_000


@dataclass(frozen=True)
class Walk:
    """One scheme along one axis."""

    scheme: str
    axis: str
    points: tuple[Point, ...]
    left_out: tuple[str, ...] = ()
    """What there is no time or no memory for, in words."""

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
        fills_s = [_fill_s(self.scheme, p.conditions, rounds) for p in self.points]
        # The crowds of one store are one crowd that grows.
        filled_s = max(fills_s) if self.axis == REVOKE_AXIS else sum(fills_s)
        return PROCESS_S * (2 + rounds) + rounds * calls_s + filled_s


def walks(plan: Plan, schemes: Sequence[Scheme], own: Iterable[str]) -> list[Walk]:
    """
    Every walk of *plan*; only for *own* schemes is it known what their stores look like inside.

    Of schemes that differ in their transport alone one is enough: nothing here travels.
    """
    found: list[Walk | None] = []
    for name in _distinct(schemes):
        found += [_claims(plan, name), _store_rtt(plan, name)]
        if name in own and store_of(name):
            found += [_population(plan, name), _denied(plan, name), _subject_sessions(plan, name)]
    return [walk for walk in found if walk is not None]


def _distinct(schemes: Sequence[Scheme]) -> list[str]:
    seen: dict[str, str] = {}
    for scheme in schemes:
        if scheme.mechanism is not None:
            parts = [part for part in scheme.name.split("-") if part not in ("cookie", "bearer")]
            seen.setdefault("-".join(parts), scheme.name)
    return list(seen.values())


def _is_networked(name: str) -> bool:
    return store_of(name) in ("redis", "postgres")


def _store_rtt(plan: Plan, name: str) -> Walk:
    # A token that asks no store goes along: that it does not care is seen, and not only said.
    near = bool(store_of(name)) and not _is_networked(name)
    asked = plan.scale_rtts_ms[:1] if near else plan.scale_rtts_ms
    points = []
    for rtt_ms, role in _roles(asked):
        calls = plan.scale_calls
        if rtt_ms:
            calls = min(calls, max(20, round(plan.scale_far_s / (2e-3 * rtt_ms))))
        points.append(_point(calls, role, store_rtt_ms=rtt_ms))
    return Walk(name, "store_rtt", _together(points))


def _claims(plan: Plan, name: str) -> Walk:
    points = [_point(plan.scale_calls, role, claims=n) for n, role in _roles(plan.scale_claims)]
    far = [rtt_ms for rtt_ms in plan.scale_rtts_ms if rtt_ms]
    if _is_networked(name) and far and len(points) > 2:
        # Both at once: a model that fits each axis alone may still be wrong about the two.
        claims = plan.scale_claims[len(plan.scale_claims) // 2]
        rtt_ms = far[len(far) // 2]
        calls = min(plan.scale_calls, max(20, round(plan.scale_far_s / (2e-3 * rtt_ms))))
        points.append(_point(calls, "held-out", claims=claims, store_rtt_ms=rtt_ms))
    return Walk(name, "claims", _together(points))


def _population(plan: Plan, name: str) -> Walk | None:
    kind, *parts = name.split("-")
    if "cached" in parts or (kind == "token" and "generation" not in parts):
        return None  # what they ask does not know how many logins there are
    return _levels(plan, name, "population", plan.scale_populations)


def _denied(plan: Plan, name: str) -> Walk | None:
    parts = name.split("-")
    if parts[0] != "token" or not {*ASKING, *FOLLOWING} & set(parts):
        return None
    return _levels(plan, name, "denied", plan.scale_denied)


def _subject_sessions(plan: Plan, name: str) -> Walk | None:
    parts = name.split("-")
    if "cached" in parts or set(FOLLOWING) & set(parts):
        return None  # they write as others do that are there
    crowds, left_out = _room(plan, name, REVOKE_AXIS, plan.scale_crowds, rounds=1)
    points = tuple(
        Point(
            conditions={"subject_sessions": float(sessions), "population": float(crowd)},
            calls=max(3, min(20, 200 // sessions)),
        )
        for crowd in crowds
        for sessions in plan.scale_subject_sessions
    )
    return Walk(name, REVOKE_AXIS, points, left_out) if points else None


def _levels(plan: Plan, name: str, axis: str, numbers: Sequence[int]) -> Walk | None:
    rounds = plan.scale_rounds if store_of(name) == "memory" else 1
    kept, left_out = _room(plan, name, axis, numbers, rounds)
    points = tuple(
        _point(plan.scale_calls, role, place=place, **{axis: number})
        for place, (number, role) in enumerate(_roles(kept))
    )
    return Walk(name, axis, points, left_out) if points else None


def _room(
    plan: Plan, name: str, axis: str, numbers: Sequence[int], rounds: int
) -> tuple[list[int], tuple[str, ...]]:
    """Those of *numbers* that there is time and memory for, and what is left out."""
    kept, left_out = [], []
    memory_bytes = psutil.virtual_memory().available * MEMORY_SHARE
    for number in numbers:
        conditions = {"denied" if axis == "denied" else "population": float(number)}
        if _fill_s(name, conditions, rounds) > plan.scale_fill_s:
            left_out.append(f"{name}: {axis} {number:,} takes too long for this plan")
        elif number * BYTES[store_of(name)] > memory_bytes:
            left_out.append(f"{name}: {axis} {number:,} does not fit into memory")
        else:
            kept.append(number)
    return kept, tuple(left_out)


def _fill_s(name: str, conditions: dict[str, float], rounds: int) -> float:
    store = store_of(name)
    again = rounds if store == "memory" else 1
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
