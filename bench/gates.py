"""The gates: what must hold for figures to mean anything; a failed one keeps its value.

A gate never stops a run: the report shows what was measured and marks what depends on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .records import Gate

ACHIEVED_RATE_LEAST = 0.99
GENERATOR_LAG_MS_MOST = 1.0
GENERATOR_CPU_MOST = 0.6
STEAL_PERCENT_MOST = 2.0
DISTANCE_OFF_US_MOST = 100.0
NAPPING_OFF_US_MOST = 250.0
"""Of a relay that naps: how fast it is woken is the machine's affair, and is in the record."""
DISTANCE_OFF_SHARE_MOST = 0.1


def expected_answers(correct: int, of: int, faults: Mapping[str, int]) -> Gate:
    """Every answer had the status and named the subject it must."""
    seen = "; ".join(f"{count} x {what}" for what, count in faults.items())
    return Gate(
        name="expected_answers",
        passed=of > 0 and correct == of,
        value=correct / of if of else 0.0,
        limit=1.0,
        note=seen or f"{correct} of {of}",
    )


def tampered_refused(arm: str, status: int) -> Gate:
    """A credential with one character changed was refused."""
    return Gate(
        name="tampered_refused",
        passed=status == 401,
        value=float(status),
        limit=401.0,
        note=f"{arm}: a tampered credential gave {status}",
    )


def achieved_rate(achieved: float, offered: float) -> Gate:
    """What left the generator kept up with the schedule."""
    share = achieved / offered if offered else 0.0
    return Gate(
        name="achieved_rate",
        passed=share >= ACHIEVED_RATE_LEAST,
        value=share,
        limit=ACHIEVED_RATE_LEAST,
        note=f"{achieved:.1f} of {offered:.1f} requests a second",
    )


def generator_lag(p99_ms: float) -> Gate:
    """Requests left when they were due."""
    return Gate(
        name="generator_lag_p99",
        passed=p99_ms < GENERATOR_LAG_MS_MOST,
        value=p99_ms,
        limit=GENERATOR_LAG_MS_MOST,
        unit="ms",
    )


def generator_cpu(share: float) -> Gate:
    """The generator had time to spare."""
    return Gate(
        name="generator_cpu",
        passed=share < GENERATOR_CPU_MOST,
        value=share,
        limit=GENERATOR_CPU_MOST,
        note="of one core, without the time spent waiting for the next request to be due",
    )


def blocks_repeated(causes: Sequence[str], allowed: int) -> Gate:
    """What the machine disturbed while it was measured was little, and was measured again."""
    return Gate(
        name="blocks_repeated",
        passed=len(causes) <= allowed,
        value=float(len(causes)),
        limit=float(allowed),
        note="; ".join(causes) or "generator and prober kept to their schedules in every block",
    )


def blocks_left_out(named: str, count: int) -> Gate:
    """Repetitions for which there was no time; it fails nothing, and is said where people look."""
    return Gate(
        name="blocks_left_out",
        passed=True,
        value=float(count),
        limit=float(count),
        note=f"no time was left for {named}" if count else "every block of the plan was measured",
    )


def steal(percent: float) -> Gate:
    """The host did not take the processor away to serve others."""
    return Gate(
        name="steal",
        passed=percent < STEAL_PERCENT_MOST,
        value=percent,
        limit=STEAL_PERCENT_MOST,
        unit="%",
    )


def proxy_distance(
    added_us: float, wanted_us: float, most_us: float = DISTANCE_OFF_US_MOST
) -> Gate:
    """The store was as far away as it was to be."""
    off_us = added_us - wanted_us
    limit_us = max(most_us, DISTANCE_OFF_SHARE_MOST * wanted_us)
    return Gate(
        name="proxy_distance",
        passed=abs(off_us) <= limit_us,
        value=off_us,
        limit=limit_us,
        unit="us",
        note=f"{added_us:.0f} us were added to the round trip, and {wanted_us:.0f} us asked for",
    )
