"""What a login costs over its life: prices of events, what they add up to, and how well that holds.

A price is the mean difference between an event and its base, without the tenth of the pairs that
differ least and most, at the usual speed of the machine: a batch whose bases took a fifth longer
than those of other batches counts a fifth less. A value a round, and intervals are over rounds.
What a request costs is the sum of the prices, each as often as the event happens (`life`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from ..loading import Recorded, Recording, Samples
from ..rows import Row, row
from ..statistics import Estimate, limits, over, quantile, resampled
from .life import HOURS, Use, weights

TOKENS_S = (60.0, 300.0, 3600.0)
EVERY_S = (1.0, 10.0, 60.0, 300.0)
"""Lifetimes of tokens and intervals of requests that rows state the cost for."""
LOGINS = 1e6
FASTEST_S, SLOWEST_S = 0.1, 3600.0
"""Between them two schemes are looked at for the interval at which they cost the same."""
STEPS = 40
TRIMMED = 0.1
"""The share of pairs left out at either end: what a busy machine did to them."""
PLAIN = ("check", "update", "renewal", "logout")
"""Events that are one plain request under control."""
TWO_REQUESTS = ("revocation", "logout-everywhere")
"""Events that begin with a login: their latency is of both."""

Rounds = Mapping[str, Samples]
"""One value a round, by event."""


@dataclass(frozen=True)
class Prices:
    """The prices of one scheme."""

    scheme: str
    token: bool
    cpu_us: Rounds
    bytes: Rounds
    """Both ways."""
    seed: int

    def cost(self, use: Use) -> float | None:
        """Return the processor time per request; None if an event it needs has no price."""
        wanted = weights(use, token=self.token)
        if not wanted.keys() <= self.cpu_us.keys():
            return None
        return sum(w * self._medians[event] for event, w in wanted.items())

    def drawn(self, use: Use) -> Samples:
        """Return the same with rounds drawn anew."""
        wanted = weights(use, token=self.token)
        return np.asarray(sum(w * self._again[event] for event, w in wanted.items()))

    @cached_property
    def _medians(self) -> Mapping[str, float]:
        return {event: float(np.median(values)) for event, values in self.cpu_us.items()}

    @cached_property
    def _again(self) -> Rounds:
        return {event: resampled(values, self.seed) for event, values in self.cpu_us.items()}

    @property
    def rounds(self) -> int:
        return min((values.size for values in self.cpu_us.values()), default=0)


def prices(recording: Recording, slow: Mapping[str, float]) -> list[Prices]:
    """Gather the prices of every scheme at the machine's usual speed; *slow* is by batch."""
    found = []
    for scheme, cells in _by_scheme(recording).items():
        arm = recording.arm(scheme)
        if arm.mechanism == "control":
            continue
        found.append(
            Prices(
                scheme=scheme,
                token=arm.mechanism == "token",
                cpu_us={
                    event: _apart_us(those, slow, "app_ns", "store_ns")
                    for event, those in cells.items()
                },
                bytes={
                    e: _more(those, "sent_bytes", "received_bytes") for e, those in cells.items()
                },
                seed=recording.run.seed,
            )
        )
    return found


def rows(recording: Recording) -> list[Row]:
    """Return every row about journeys."""
    slow = slowness(recording)
    known = prices(recording, slow)
    return [
        *_price_rows(recording, slow),
        *_background(recording),
        *_lives(recording, known),
        *(one for each in known for one in _uses(recording, each)),
        *_even(recording, known),
    ]


def _by_scheme(recording: Recording) -> dict[str, dict[str, list[Recorded]]]:
    found: dict[str, dict[str, list[Recorded]]] = {}
    for recorded in recording.select("journey", "price"):
        cell = recorded.cell
        found.setdefault(cell.arm, {}).setdefault(cell.labels["event"], []).append(recorded)
    return found


def slowness(recording: Recording) -> dict[str, float]:
    """
    Return how slow the machine was during each batch, by cell: 1.2 is a fifth slower than usual.

    That is what its bases took over what those of the same event take usually. The base of an event
    that begins with a login is the scheme's own, and is held against the scheme's own.
    """
    took, groups = {}, {}
    for recorded in recording.select("journey", "price"):
        cell = recorded.cell
        base_ns = recorded.arrays["base_app_ns"] + recorded.arrays["base_store_ns"]
        took[cell.id] = trimmed(base_ns)
        event = cell.labels["event"]
        groups[cell.id] = (event, cell.arm if event in TWO_REQUESTS else "")
    usual: dict[tuple[str, str], list[float]] = {}
    for name, group in groups.items():
        usual.setdefault(group, []).append(took[name])
    return {name: took[name] / float(np.median(usual[group])) for name, group in groups.items()}


def _apart_us(cells: Sequence[Recorded], slow: Mapping[str, float], *names: str) -> Samples:
    """Return the mean difference of the pairs of each round, in microseconds at usual speed."""
    apart = [np.sum([r.arrays[n] - r.arrays[f"base_{n}"] for n in names], axis=0) for r in cells]
    return np.array(
        [trimmed(each) / 1e3 / slow[r.cell.id] for each, r in zip(apart, cells, strict=True)]
    )


def _more(cells: Sequence[Recorded], *names: str) -> Samples:
    """Return the sum of exact counts over those of the base, of one event, a value a round."""
    return np.array(
        [
            sum(r.cell.figures[n] - r.cell.figures[f"base_{n}"] for n in names)
            / r.cell.figures["events"]
            for r in cells
        ]
    )


def trimmed(values: Samples) -> float:
    """Return the mean without the tenth that is least and the tenth that is most."""
    cut = int(TRIMMED * values.size)
    return float(np.mean(np.sort(values)[cut : values.size - cut]))


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
"""What each price is the sum of."""


def _price_rows(recording: Recording, slow: Mapping[str, float]) -> Iterator[Row]:
    name, seed = recording.run.name, recording.run.seed
    for scheme, events in _by_scheme(recording).items():
        for event, cells in events.items():
            n = int(sum(r.cell.figures["events"] for r in cells))
            found = {metric: _apart_us(cells, slow, *names) for metric, names in TIMES.items()}
            found |= {metric: _more(cells, *names) for metric, names in COUNTS.items()}
            for metric, values in found.items():
                estimate = over(values, seed, n=n)
                yield row(name, "journey", scheme, metric, estimate, event=event)
            blocks = {r.cell.block: r.arrays["latency_ns"] / 1e6 for r in cells}
            latency = quantile(blocks, 0.5, seed)
            if latency is not None and event not in TWO_REQUESTS:
                metric = "journey_latency_ms_p50"
                yield row(name, "journey", scheme, metric, latency, event=event)
    for event, rounds in _bare_rounds(recording).items():
        values = np.array([trimmed(np.concatenate(parts)) / 1e3 for parts in rounds.values()])
        n = sum(part.size for parts in rounds.values() for part in parts)
        yield row(
            name, "journey", "control", "journey_bare_us", over(values, seed, n=n), event=event
        )


def _bare_rounds(recording: Recording, *names: str) -> dict[str, dict[int, list[Samples]]]:
    """Return what a request and a login took under control, beside every scheme, by round."""
    found: dict[str, dict[int, list[Samples]]] = {}
    for recorded in recording.select("journey", "price"):
        event = recorded.cell.labels["event"]
        if event in ("check", "login"):
            took = sum(recorded.arrays[f"base_{n}"] for n in names or ("app_ns", "store_ns"))
            rounds = found.setdefault(event, {})
            rounds.setdefault(recorded.cell.block, []).append(np.asarray(took))
    return found


def _background(recording: Recording) -> Iterator[Row]:
    """Return what a node does by itself, over a node of control."""
    spent = {}
    for recorded in recording.select("journey", "idle"):
        figures = recorded.cell.figures
        total_ns = figures["app_ns"] + figures["store_ns"] - figures["base_store_ns"]
        spent[recorded.cell.arm] = total_ns / 1e3 / figures["seconds"]
    for scheme, us in spent.items():
        if recording.arm(scheme).mechanism != "control" and "control" in spent:
            over_control = us - spent["control"]
            metric = "journey_background_us"
            yield row(recording.run.name, "journey", scheme, metric, over_control)


def _lives(recording: Recording, known: Sequence[Prices]) -> Iterator[Row]:
    """Hold whole journeys against what the prices foretell."""
    name, bare = recording.run.name, Bare.of(recording)
    missed: list[tuple[float, str]] = []
    for recorded in recording.select("journey", "life"):
        scheme, figures = recorded.cell.arm, recorded.cell.figures
        mine = next((each for each in known if each.scheme == scheme), None)
        foretold = None if mine is None or bare is None else mine.cost(use_of(figures))
        if foretold is None or bare is None:
            continue
        pace = bare.pace(figures)
        measured = bare.measured_us(figures)
        error = 100 * abs(foretold * pace - measured) / abs(measured)
        missed.append((error, scheme))
        at: dict[str, Any] = {**recorded.cell.conditions}
        for metric, value in (
            ("journey_pace", pace),
            ("journey_measured_us", measured),
            ("journey_foretold_us", foretold * pace),
            ("journey_error_percent", error),
        ):
            yield row(name, "journey", scheme, metric, value, role="held-out", **at)
    if missed:
        worst, scheme = max(missed)
        estimate = Estimate(worst, None, None, len(missed), 0)
        yield row(name, "journey", scheme, "journey_error_percent_worst", estimate)


@dataclass(frozen=True)
class Bare:
    """What requests and logins cost under control, one at a time, in microseconds."""

    check_us: float
    login_us: float
    login_store_us: float
    """The part of a login that the store does: it keeps the accounts."""

    @classmethod
    def of(cls, recording: Recording) -> Bare | None:
        """Return what a run has of it; None if it took no prices."""
        both, store = _bare_rounds(recording), _bare_rounds(recording, "store_ns")
        if not {"check", "login"} <= both.keys():
            return None
        return cls(_middle(both["check"]), _middle(both["login"]), _middle(store["login"]))

    def pace(self, figures: Mapping[str, float]) -> float:
        """Return how much more a request takes among others: caches are colder."""
        logins = figures["control_login"]
        app_us = self.login_us - self.login_store_us
        plain = sum(figures[f"control_{event}"] for event in PLAIN)
        alone_us = plain * self.check_us + logins * app_us
        return figures["control_app_ns"] / 1e3 / alone_us

    def measured_us(self, figures: Mapping[str, float]) -> float:
        """Return what a journey cost per request, over as many requests and logins under control.

        The store did the logins of control, too.
        """
        plain = sum(figures[event] for event in PLAIN)
        bare_us = plain * self.check_us + figures["login"] * self.login_us
        bare_us += figures["control_login"] * self.login_store_us
        spent_us = (figures["app_ns"] + figures["store_ns"]) / 1e3
        over_us = spent_us - self.pace(figures) * bare_us
        return over_us / (figures["check"] + figures["update"])


def _middle(blocks: Mapping[int, list[Samples]]) -> float:
    values = [trimmed(np.concatenate(parts)) / 1e3 for parts in blocks.values()]
    return float(np.median(values))


def use_of(figures: Mapping[str, float]) -> Use:
    """Return how the users of a journey used the service: what people do is not foretold."""
    requests = figures["check"] + figures["update"]
    # A user who is logged out thinks before the login, too.
    thought = requests + figures["login"]
    return Use(
        every_s=figures["users"] * figures["seconds"] / thought,
        token_s=figures["token_s"],
        touch_s=figures["touch_s"],
        updates=figures["update"] / requests,
        requests=requests / max(figures["login"], 1.0),
    )


def _uses(recording: Recording, known: Prices) -> Iterator[Row]:
    """Return what a request, an hour and a day of a login cost, at stated lifetimes."""
    name = recording.run.name
    # The lifetime of a token is nothing to a session.
    lifetimes = TOKENS_S if known.token else TOKENS_S[:1]
    for token_s, every_s in product(lifetimes, EVERY_S):
        use = Use(every_s, token_s)
        value = known.cost(use)
        if value is None:
            return
        at: dict[str, Any] = {"every_s": every_s} | ({"lifetime_s": token_s} if known.token else {})
        cost = _estimate(value, known.drawn(use), known.rounds)
        hour = cost.scaled(3600 / every_s / 1e3)
        wanted = weights(use, token=known.token)
        each = sum(w * float(np.median(known.bytes[e])) for e, w in wanted.items())
        found: list[tuple[str, Estimate | float]] = [
            ("journey_request_us", cost),
            ("journey_login_hour_ms", hour),
            ("journey_day_bytes", each * HOURS * 3600 / every_s),
        ]
        if known.token:
            found.append(("journey_renewals_per_s", LOGINS * wanted["renewal"] / every_s))
        for metric, estimate in found:
            yield row(name, "journey", known.scheme, metric, estimate, **at)


def _estimate(value: float, drawn: Samples, rounds: int) -> Estimate:
    if rounds < 2:
        return Estimate(value, None, None, 0, rounds)
    low, high = limits(drawn, rounds)
    return Estimate(value, min(low, value), max(high, value), 0, rounds)


def _even(recording: Recording, known: Sequence[Prices]) -> Iterator[Row]:
    """Return where a token and a session that several nodes can share cost the same."""
    shared = [each for each in known if not recording.arm(each.scheme).is_local]
    tokens = [each for each in shared if each.token]
    sessions = [each for each in shared if not each.token]
    for token, session, token_s in product(tokens, sessions, TOKENS_S):
        found = even(token, session, token_s)
        if found is None:
            continue
        at: dict[str, Any] = {"less": session.scheme, "lifetime_s": token_s}
        name = recording.run.name
        requests = Estimate(
            token_s / found.value,
            None if found.high is None else token_s / found.high,
            None if found.low is None else token_s / found.low,
            0,
            found.rounds,
        )
        yield row(name, "journey", token.scheme, "journey_even_every_s", found, **at)
        yield row(name, "journey", token.scheme, "journey_even_requests", requests, **at)


def even(token: Prices, session: Prices, token_s: float) -> Estimate | None:
    """
    Return the interval of requests at which both cost the same; None if there is none in reach.

    The token is cheaper below it. An interval ends at what was looked at where it goes beyond.
    """
    if token.cost(Use(1.0, token_s)) is None or session.cost(Use(1.0, token_s)) is None:
        return None
    grid = np.geomspace(FASTEST_S, SLOWEST_S, STEPS)
    uses = [Use(float(every_s), token_s) for every_s in grid]
    apart = np.array([(token.cost(use) or 0.0) - (session.cost(use) or 0.0) for use in uses])
    if apart[0] >= 0 or (apart < 0).all():
        return None
    value = float(_crossings(grid, apart[:, None])[0])
    rounds = min(token.rounds, session.rounds)
    if rounds < 2:
        return Estimate(value, None, None, 0, rounds)
    drawn = np.array([token.drawn(use) - session.drawn(use) for use in uses])
    return _estimate(value, _crossings(grid, drawn), rounds)


def _crossings(grid: Samples, apart: Samples) -> Samples:
    """Return for each column of *apart* where it first rises through zero, on a logarithmic axis.

    The end of *grid* where it lies beyond.
    """
    at = np.maximum((apart >= 0).argmax(axis=0), 1)
    columns = np.arange(apart.shape[1])
    left, right = apart[at - 1, columns], apart[at, columns]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = -left / (right - left)
    logs = np.log(grid)
    found = np.exp(logs[at - 1] + share * (logs[at] - logs[at - 1]))
    beyond = np.where((apart < 0).all(axis=0), grid[-1], found)
    return np.asarray(np.where(apart[0] >= 0, grid[0], beyond))
