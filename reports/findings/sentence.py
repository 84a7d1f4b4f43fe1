"""A sentence of the first screen, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..results import Results
from ..rows import Row


@dataclass(frozen=True)
class Finding:
    """One sentence, the rows its numbers come from, and where they are shown."""

    topic: str
    """In a word or two, for who reads no further."""
    text: str
    rows: tuple[Row, ...]
    section: str
    figure: str = ""
    """The chart that shows it, where the run has the data for one."""
    certain: bool = True


def judged(finding: Finding) -> Finding:
    """Return *finding* as far as its figures allow: on a withheld one it says why."""
    withheld = next((row for row in finding.rows if row.validity == "withheld"), None)
    if withheld is not None:
        text = f"Withheld: {withheld.reason}. To measure it again: {withheld.again}."
        return replace(finding, text=text, rows=(withheld,), certain=False)
    rough = next((row for row in finding.rows if row.validity == "rough"), None)
    if rough is None:
        return finding
    return replace(finding, text=f"{finding.text} Rough: {rough.reason}.")


def champions(results: Results, metric: str) -> tuple[Row, Row] | None:
    """Return our cheapest session and token; of sessions, an ordinary one."""
    costs = ours(results, metric)
    sessions = [row for scheme, row in costs.items() if results.mechanism(scheme) == "session"]
    tokens = [row for scheme, row in costs.items() if results.mechanism(scheme) == "token"]
    if not sessions or not tokens:
        return None
    ordinary = [row for row in sessions if is_ordinary(results, row.scheme)]
    return (ordinary or sessions)[0], tokens[0]


def ours(results: Results, metric: str) -> dict[str, Row]:
    """Return the costs of our schemes, cheapest first: other libraries have their own section."""
    costs = results.costs(metric)
    return {scheme: row for scheme, row in costs.items() if not results.rival(scheme)} or costs


def is_ordinary(results: Results, scheme: str) -> bool:
    """Return whether it is what people mean by a session: shared by machines, over when revoked.

    One that a node may trust for a while without asking is a way between session and token.
    """
    return not results.is_local(scheme) and results.recording.arm(scheme).strength == "immediate"
