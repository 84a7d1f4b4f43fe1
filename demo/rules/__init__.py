"""The monitor's rules: what looks like theft, and who else it may be.

Each judges one observation at a time and remembers a bounded number of logins, subjects or
addresses; what falls out of that memory is judged as if it were new. The memory is this process's
own: with several workers or nodes each sees only its share, so that a rule which counts needs as
many times more to fire, and one which compares may miss a change. docs/monitoring.md says what
that means for each, and a test holds it and the docstrings here together.
"""

from __future__ import annotations

from .base import Observation, Rule, Scope, Suspicion
from .copies import AddressAndAgent, OrphanedReuse, RecentReuse, StaleReuse, UseAfterLogout
from .habits import Guessing, ManyLogins, Pace
from .passwords import PasswordGuessing, PasswordSpraying

__all__ = [
    "AddressAndAgent",
    "Guessing",
    "ManyLogins",
    "Observation",
    "OrphanedReuse",
    "Pace",
    "PasswordGuessing",
    "PasswordSpraying",
    "RecentReuse",
    "Rule",
    "Scope",
    "StaleReuse",
    "Suspicion",
    "UseAfterLogout",
    "all_rules",
]


def all_rules() -> list[Rule]:
    """Return one of each, with nothing noticed yet."""
    return [
        UseAfterLogout(),
        AddressAndAgent(),
        Pace(),
        ManyLogins(),
        Guessing(),
        PasswordGuessing(),
        PasswordSpraying(),
        RecentReuse(),
        OrphanedReuse(),
        StaleReuse(),
    ]
