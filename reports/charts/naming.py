"""What charts call a scheme: its title, as the page, the command line and the demo do."""

from __future__ import annotations

from collections.abc import Iterable

from ..results import Results
from ..wording import in_sentence


def titles(results: Results, schemes: Iterable[str]) -> list[str]:
    """Return the titles of *schemes*, in their order."""
    return [results.title(scheme) for scheme in schemes]


def called(results: Results, scheme: str) -> str:
    """Return the title of *scheme* as a sentence has it: `a session in Redis`."""
    return in_sentence(results.title(scheme))
