"""A login played on a clock that is turned by hand: when it was used, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import Context
from dataclasses import dataclass, field
from datetime import timedelta

from ..auth import Mechanism
from ..builtin import PRESETS
from ..builtin.teaching import Limits, clocked
from .recording import Recorder, record_events

MAX_AT_S = 26 * 3600
MAX_USES = 160
START_S = 1_767_225_600.0
"""New Year's Eve 2025, midnight: any instant would do."""
PRESET_NAMES = ("demo", *PRESETS)


@dataclass(frozen=True, slots=True)
class Moment:
    """What one use of the login, so many seconds after it began, came to."""

    at_s: int
    session: str
    token: str


@dataclass
class Played:
    """What is known at the instant to which the clock was turned."""

    at_s: int
    uses: Sequence[int]
    limits: Limits
    moments: list[Moment] = field(default_factory=list)
    session_seen_s: int = 0
    session_made_s: int = 0
    session_out: str = ""
    token_made_s: int = 0
    token_seen_s: int = 0
    token_out: str = ""


class Clock:
    """Time that moves when told to."""

    def __init__(self) -> None:
        self.at_s = 0

    def __call__(self) -> float:
        return START_S + self.at_s


def limits_of(preset: str) -> Limits:
    """Return the limits of *preset*; the demo's own for what is none."""
    known = PRESETS.get(preset)
    if known is None:
        return Limits()
    own = Limits()
    return Limits(
        known["inactivity"] or own.inactivity,
        known["absolute"] or own.absolute,
        known["renewal"] or own.renewal,
        known["access"] or own.access,
    )


def read_uses(text: str | None) -> list[int]:
    """Return when the login was used, from `600,1200`: in order, bounded, and nothing else."""
    found = {int(part) for part in (text or "").split(",")[:MAX_USES] if _is_instant(part)}
    return sorted(found)


def read_at(text: str | None) -> int:
    """Return where the clock stands; 0 for what is no such place."""
    return int(text) if text is not None and _is_instant(text) else 0


def play(at_s: int, uses: Sequence[int], limits: Limits) -> Played:
    """Begin a session and a token at 0, use both at each of *uses*, and stop the clock at *at_s*.

    Both are the managers that serve the app, on a clock of their own.
    """
    return Context().run(_play, at_s, uses, limits)


def _play(at_s: int, uses: Sequence[int], limits: Limits) -> Played:
    record_events(Recorder())
    clock = Clock()
    session, token = _Session(limits, clock), _Token(limits, clock)
    played = Played(at_s, [each for each in uses if each <= at_s], limits)
    for clock.at_s in played.uses:
        played.moments.append(Moment(clock.at_s, session.use(clock.at_s), token.use(clock.at_s)))
    clock.at_s = at_s
    played.session_seen_s, played.session_made_s = session.seen_s, session.made_s
    played.token_seen_s, played.token_made_s = token.seen_s, token.made_s
    played.session_out, played.token_out = session.out(), token.out()
    return played


class _Session:
    def __init__(self, limits: Limits, clock: Clock) -> None:
        self.manager: Mechanism = clocked(limits, clock)[0]
        self.credential = self.manager.issue("alice").credential
        self.seen_s = self.made_s = 0
        self.over = ""
        """Why it was refused first: what is cleared away has no reason any more."""

    def use(self, at_s: int) -> str:
        try:
            identity = self.manager.verify(self.credential)
            self.seen_s = at_s
            if getattr(identity, "renewal_due", False):
                self.credential = self.manager.renew(self.credential).credential
                self.made_s = at_s
                return "accepted, and given a new ID"
            return "accepted"
        except self.manager.rejection as exc:
            self.over = self.over or str(exc)
            return f"refused: {exc}"

    def out(self) -> str:
        try:
            self.manager.verify(self.credential)
        except self.manager.rejection as exc:
            return self.over or str(exc)
        return ""


class _Token:
    def __init__(self, limits: Limits, clock: Clock) -> None:
        self.manager: Mechanism = clocked(limits, clock)[1]
        self.grant = self.manager.issue("alice")
        self.seen_s = self.made_s = 0
        self.over = ""

    def use(self, at_s: int) -> str:
        try:
            self.manager.verify(self.grant.credential)
            return "accepted"
        except self.manager.rejection as exc:
            why = str(exc)
        try:
            assert self.grant.renewal is not None
            self.grant = self.manager.renew(self.grant.renewal)
        except self.manager.rejection as exc:
            self.over = self.over or str(exc)
            return f"refused: {why}; refreshing was refused too: {exc}"
        self.seen_s = self.made_s = at_s
        return f"refused: {why}; refreshed, and accepted"

    def out(self) -> str:
        """Why neither the access token nor the refresh token works any more; empty if one does."""
        try:
            self.manager.verify(self.grant.credential)
        except self.manager.rejection:
            try:
                self.manager.renew(self.grant.renewal or "")
            except self.manager.rejection as exc:
                return self.over or str(exc)
        return ""


def _is_instant(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6 and int(text) <= MAX_AT_S


def seconds(span: timedelta) -> int:
    """Return whole seconds."""
    return round(span.total_seconds())
