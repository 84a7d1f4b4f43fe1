"""A verdict in three parts: is the attack blocked, are users still fine, and what did it cost.

There is a fourth word, *inconclusive*, so that a noisy machine never fails anybody.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter_ns
from typing import Any, Literal

Status = Literal["pass", "fail", "error", "inconclusive"]
Part = Literal["attack", "users", "cost", "measured"]

EXIT_CODES: dict[Status, int] = {"pass": 0, "fail": 1, "error": 2, "inconclusive": 3}


@dataclass(frozen=True)
class Finding:
    """One thing that was tried, and what came of it."""

    part: Part
    name: str
    status: Status
    effect: str = ""
    """What was seen, in one sentence."""
    next_step: str = ""
    """What to do about it, in one sentence; only where it failed."""


@dataclass
class Verdict:
    """All that a check found, in its order."""

    findings: list[Finding] = field(default_factory=list)
    cost_text: str = ""
    message: str = ""
    """Why there is no verdict at all, where there is none."""
    wire: list[str] = field(default_factory=list)
    """The requests that were made, for whoever wants to look."""
    printed: list[str] = field(default_factory=list)
    """What the policy printed: the last lines of it."""

    @property
    def status(self) -> Status:
        """The worst word of all; what could not be told never hides what failed."""
        if self.message:
            return "error"
        found = {finding.status for finding in self.findings}
        for word in ("error", "fail", "inconclusive"):
            if word in found:
                return word
        return "pass" if found else "error"

    @property
    def first(self) -> Finding | None:
        """The first finding that is not a pass."""
        return next((found for found in self.findings if found.status != "pass"), None)

    def attack(self, name: str, blocked: bool, effect: str, next_step: str) -> None:
        """Record whether an attack was blocked."""
        self._add("attack", name, blocked, effect, next_step)

    def users(self, name: str, fine: bool, effect: str, next_step: str) -> None:
        """Record whether people can still do what they came for."""
        self._add("users", name, fine, effect, next_step)

    def cost(self, text: str) -> None:
        """Record what it costs; nobody fails for that."""
        self.cost_text = text

    def measured(self, name: str, holds: bool | None, effect: str, next_step: str) -> None:
        """Record whether a statement holds in the learner's own run; None: the run cannot tell."""
        if holds is None:
            self.cannot_tell(name, effect, "close what else is running, and measure again")
        else:
            self._add("measured", name, holds, effect, next_step)

    def cannot_tell(self, name: str, why: str, next_step: str) -> None:
        """Record that this run cannot answer the question."""
        self.findings.append(Finding("measured", name, "inconclusive", why, next_step))

    def _add(self, part: Part, name: str, fine: bool, effect: str, next_step: str) -> None:
        status: Status = "pass" if fine else "fail"
        self.findings.append(Finding(part, name, status, effect, "" if fine else next_step))


def failed(message: str) -> Verdict:
    """No verdict: something is broken, and the message says what to do."""
    return Verdict(message=message)


def cost_us(function: Callable[[], Any], repeats: int = 200) -> float:
    """The median microseconds of a call: shown, and never judged."""
    times = []
    for _ in range(repeats):
        started = perf_counter_ns()
        function()
        times.append(perf_counter_ns() - started)
    return statistics.median(times) / 1000


def cost_text(what: str, mine: float, before: float) -> str:
    """Two costs as one sentence."""
    return f"{what}: about {mine:.1f} us, and {before:.1f} us as it was at the start"
