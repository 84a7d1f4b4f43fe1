"""How long a session lives: inactivity timeout and absolute lifetime (ASVS 5.0 7.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from .door import check_duration


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """The limits of a session. It is dead from the very instant a limit names.

    *touch* is how much activity goes unrecorded: a session is written at most once in that
    time, so it may end up to *touch* sooner than *inactivity* after its last request.
    *renewal* is how old an ID may grow before it is due to be replaced in mid-session (OWASP's
    "renewal timeout"), which bounds for how long a stolen ID that is not noticed can be used.
    """

    inactivity: timedelta
    absolute: timedelta
    touch: timedelta = timedelta(seconds=60)
    renewal: timedelta | None = None

    def __post_init__(self) -> None:
        """Refuse what is no timedelta, and limits that contradict each other."""
        for name in ("inactivity", "absolute", "touch"):
            check_duration(getattr(self, name), name)
        if self.renewal is not None:
            check_duration(self.renewal, "renewal")
        if self.inactivity <= timedelta(0) or self.absolute <= timedelta(0):
            raise ValueError("inactivity and absolute must be longer than nothing")
        if not timedelta(0) <= self.touch < self.inactivity:
            raise ValueError("touch must be shorter than inactivity: sessions in use would end")
        if self.renewal is not None and self.renewal <= timedelta(0):
            raise ValueError("renewal must be longer than nothing, or None for never")

    def expires_at(self, created_at: float, seen_at: float) -> float:
        """When a session ends that began at *created_at* and was last seen at *seen_at*."""
        return min(
            created_at + self.absolute.total_seconds(), seen_at + self.inactivity.total_seconds()
        )


# NIST SP 800-63B-4, sections 2.1.3, 2.2.3 and 2.3.3: overall and inactivity limits of a level. The
# first asks for no inactivity limit: here it is the overall one.
NIST_AAL1 = Lifetimes(inactivity=timedelta(days=30), absolute=timedelta(days=30))
NIST_AAL2 = Lifetimes(inactivity=timedelta(hours=1), absolute=timedelta(hours=24))
NIST_AAL3 = Lifetimes(inactivity=timedelta(minutes=15), absolute=timedelta(hours=12))
# OWASP Session Management Cheat Sheet, "Session Expiration": the upper ends of 2 to 5 and of 15 to
# 30 minutes of inactivity, and the two ends of 4 to 8 hours overall.
OWASP_HIGH_VALUE = Lifetimes(
    inactivity=timedelta(minutes=5), absolute=timedelta(hours=4), touch=timedelta(seconds=15)
)
OWASP_LOW_RISK = Lifetimes(inactivity=timedelta(minutes=30), absolute=timedelta(hours=8))
