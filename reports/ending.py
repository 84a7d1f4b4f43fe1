"""How a measured run ends: which exit status says it best."""

from __future__ import annotations

from .results import Results

WITHHELD, BROKEN = 3, 4
"""Exit statuses of a complete run: some figures are withheld; a guarantee was broken."""


def exit_status(results: Results) -> int:
    """Return 4 if a scheme broke its guarantee, else 3 if a figure is withheld, else 0."""
    if broken(results):
        return BROKEN
    return WITHHELD if results.counted["withheld"] else 0


def broken(results: Results) -> list[str]:
    """Name every scheme that some node went on accepting beyond its claimed bound."""
    rows = results.of("broken_node_revocations")
    return list(dict.fromkeys(row.scheme for row in rows if row.value))
