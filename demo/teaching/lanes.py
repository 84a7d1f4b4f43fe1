"""The lanes of the time page: each limit as a bar from where it is counted to where it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .fakeclock import MAX_AT_S, Played, seconds

WIDTH = 1000
LABEL = 250
LANE = 34
TOP = 30
MINUTE_S = 60
PAGE_S = 1800
EVERY_S = 1200
"""Twenty minutes: shorter than the usual inactivity timeout."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One limit."""

    mechanism: str
    name: str
    since: str
    from_s: int
    ends_s: int
    over: bool
    y: int = 0

    @property
    def length_s(self) -> int:
        """How long it is."""
        return self.ends_s - self.from_s


@dataclass(frozen=True)
class Drawing:
    """Everything on the page that depends on the instant."""

    lanes: Sequence[Lane]
    span_s: int
    ticks: Sequence[int]
    height: int

    def x(self, at_s: float) -> float:
        """Return where an instant is."""
        return round(LABEL + (WIDTH - LABEL - 20) * min(at_s, self.span_s) / self.span_s, 1)


@dataclass(frozen=True, slots=True)
class Jump:
    """A place to turn the clock to."""

    text: str
    at_s: int
    uses: str
    key: str = ""


def draw(played: Played) -> Drawing:
    """Return the lanes as they are now."""
    lanes = _lanes(played)
    span_s = max(2 * 3600, played.at_s + 1800, *(_shown_end(lane, played) for lane in lanes))
    step_s = next(s for s in (900, 1800, 3600, 7200, 14400) if span_s / s <= 14 or s == 14400)
    ticks = range(0, span_s + 1, step_s)
    placed = [
        Lane(a.mechanism, a.name, a.since, a.from_s, a.ends_s, a.over, TOP + LANE * n)
        for n, a in enumerate(lanes)
    ]
    return Drawing(placed, span_s, list(ticks), TOP + LANE * len(placed) + 30)


def jumps(played: Played) -> list[Jump]:
    """Return where the clock can be turned, all within bounds."""
    at_s, uses = played.at_s, list(played.uses)
    kept = _joined(uses)
    found = [
        Jump("back a minute", max(0, at_s - MINUTE_S), kept, "ArrowLeft"),
        Jump("a minute", at_s + MINUTE_S, kept, "ArrowRight"),
        Jump("back 30 minutes", max(0, at_s - PAGE_S), kept, "PageUp"),
        Jump("30 minutes", at_s + PAGE_S, kept, "PageDown"),
        Jump("use it now", at_s, _joined([*uses, at_s]), "Enter"),
    ]
    return [jump for jump in found if jump.at_s <= MAX_AT_S]


def just_before(played: Played, drawing: Drawing) -> list[Jump]:
    """Return an instant just before each limit, if that is yet to come."""
    kept = _joined(played.uses)
    return [
        Jump(f"{lane.mechanism}: {lane.name}", lane.ends_s - 1, kept)
        for lane in drawing.lanes
        if played.at_s < lane.ends_s - 1 <= MAX_AT_S
    ]


def every_twenty(played: Played) -> Jump:
    """Return the surprise: somebody who clicks every twenty minutes, until just after the end."""
    ends_s = min(seconds(played.limits.absolute), MAX_AT_S - EVERY_S)
    every_s = min(EVERY_S, seconds(played.limits.inactivity) * 2 // 3)
    uses = range(every_s, ends_s + every_s, every_s)
    return Jump(f"click every {every_s // 60} minutes until it ends", uses[-1], _joined(uses))


def hours(at_s: float) -> str:
    """Return an instant as `h:mm:ss` after the login."""
    whole = int(at_s)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def _lanes(played: Played) -> list[Lane]:
    limits, at_s = played.limits, played.at_s
    inactivity, absolute = seconds(limits.inactivity), seconds(limits.absolute)
    given = (
        ("session", "inactivity", "the last request", played.session_seen_s, inactivity),
        ("session", "absolute lifetime", "the login", 0, absolute),
        (
            "session",
            "renewal of the ID",
            "the ID was made",
            played.session_made_s,
            seconds(limits.renewal),
        ),
        (
            "token",
            "access token (exp)",
            "it was signed",
            played.token_made_s,
            seconds(limits.access),
        ),
        ("token", "refresh: inactivity", "the last refresh", played.token_seen_s, inactivity),
        ("token", "refresh: absolute", "the login", 0, absolute),
    )
    return [
        Lane(mechanism, name, since, from_s, from_s + length, at_s >= from_s + length)
        for mechanism, name, since, from_s, length in given
    ]


def _shown_end(lane: Lane, played: Played) -> int:
    # The absolute lifetime would make the first half hour too small to be seen.
    near = lane.ends_s <= played.at_s + 3 * 3600
    return lane.ends_s + 900 if near else 0


def _joined(uses: Sequence[int] | range) -> str:
    return ",".join(str(each) for each in sorted(set(uses)))
