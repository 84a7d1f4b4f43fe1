"""How long a token lives, and the family it belongs to (RFC 9700 section 4.14, ASVS 5.0 7.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from .door import check_duration


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """The limits of a login. It is dead from the very instant a limit names.

    *access* bounds how long a token works that nobody can call back. *inactivity* and *absolute*
    are the family's: the longest time between two refreshes, and overall. *grace* is how long a
    refresh token that was just used still gives the same successor, for tabs that refresh at
    the same time. *leeway* is for how long an access token works after it has expired: what it
    costs is that a token that nobody called back lives so much longer. A token from a moment in
    the future is accepted without it, since the clocks of nodes always differ.
    """

    inactivity: timedelta
    absolute: timedelta
    access: timedelta = timedelta(minutes=5)
    grace: timedelta = timedelta(seconds=10)
    leeway: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        """Refuse what is no timedelta, and limits that contradict each other."""
        for name in ("inactivity", "absolute", "access", "grace", "leeway"):
            check_duration(getattr(self, name), name)
        if self.inactivity <= timedelta(0) or self.absolute <= timedelta(0):
            raise ValueError("inactivity and absolute must be longer than nothing")
        if self.access < timedelta(seconds=1):
            raise ValueError("access must be a second or longer: exp counts whole seconds")
        if self.access > self.inactivity:
            raise ValueError("access must not outlive inactivity: nobody could list the token")
        if self.grace < timedelta(0):
            raise ValueError("grace must not be negative: every second refresh would be a theft")
        if not timedelta(0) <= self.leeway <= timedelta(minutes=2):
            raise ValueError("leeway is for clocks that differ: at most two minutes")

    def expires_at(self, created_at: float, seen_at: float) -> float:
        """When a family ends that began at *created_at* and was last refreshed at *seen_at*."""
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
    inactivity=timedelta(minutes=5), absolute=timedelta(hours=4), access=timedelta(minutes=1)
)
OWASP_LOW_RISK = Lifetimes(inactivity=timedelta(minutes=30), absolute=timedelta(hours=8))
