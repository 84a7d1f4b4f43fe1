"""How a measured run ends: which exit status says it best."""

from __future__ import annotations

from .guarantees import EXIT, broken
from .results import Results

WITHHELD = 3
"""The exit status of a complete run with figures that are withheld."""


def exit_status(results: Results) -> int:
    """Return 4 if a scheme broke its guarantee, else 3 if a figure is withheld, else 0."""
    if broken(results):
        return EXIT
    return WITHHELD if results.counted["withheld"] else 0
