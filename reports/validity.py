"""What may be made of each figure, and the gates and self-checks that this follows from.

`audit.validity` decides, for a report and for those who verify it; a report shows it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from audit.raw import Records
from audit.selfchecks import Check
from audit.validity import Doubt, doubts, judge, wider
from bench.records import Gate

from .loading import Recording
from .rows import Row
from .wording import listed, number, some

VALIDITIES = ("sound", "rough", "withheld")

Checked = tuple[str, str, Gate]
"""A gate, with the arm and the measure of its cell; empty for one of the run as a whole."""


@dataclass(frozen=True)
class Verdict:
    """One gate over all the cells it was checked in, or one self-check."""

    name: str
    passed: bool
    value: str
    limit: str
    note: str
    checked: int
    """In how many cells; 0 for a gate of the run as a whole."""
    failed_in: tuple[str, ...] = ()
    """The arms in whose cells it failed."""
    touches: tuple[str, ...] = ()
    """The measures in whose cells it failed: what its failure bears on first."""

    @property
    def title(self) -> str:
        """The gate's name as words."""
        return self.name.replace("_", " ")

    @property
    def where(self) -> str:
        """The arms it failed in, as a sentence names them."""
        return some(list(self.failed_in))


@dataclass(frozen=True)
class Reservation:
    """Figures that are rough or withheld for one reason."""

    validity: str
    reason: str
    figures: int
    about: str
    """The experiments they are of."""
    again: str
    """The command that measures them again; empty for rough ones."""


def reserved(rows: Iterable[Row]) -> list[Reservation]:
    """Return what is not sound, by reason; withheld figures first.

    A figure that has two reasons counts for both. Reasons that differ in their numbers alone are
    one, told by the figures of which there are most.
    """
    groups: dict[tuple[str, str], list[tuple[str, Row]]] = {}
    for row in rows:
        for part in row.reason.split("; ") if row.reason else ():
            groups.setdefault((row.validity, _NUMBERS.sub("#", part)), []).append((part, row))
    ordered = sorted(groups.items(), key=lambda group: group[0][0] != "withheld")
    return [_reservation(validity, those) for (validity, _), those in ordered]


_NUMBERS = re.compile(r"\d[\d.,]*")


def _reservation(validity: str, those: Sequence[tuple[str, Row]]) -> Reservation:
    [(reason, _)] = Counter(part for part, _ in those).most_common(1)
    rows = [row for _, row in those]
    again = next((row.again for row in rows if row.again), "")
    return Reservation(validity, reason, len(rows), listed(_measures(rows)), again)


def counted(numbers: Mapping[str, int]) -> str:
    """Say how many figures are sound, rough and withheld."""
    rough, withheld = numbers["rough"], numbers["withheld"]
    if not rough and not withheld:
        return "Every figure is sound"
    parts = [f"{number(numbers[name])} {name}" for name in VALIDITIES if numbers[name]]
    return f"Figures: {listed(parts)}"


def _measures(rows: Iterable[Row]) -> list[str]:
    return list(dict.fromkeys("lookup" if r.measure == "calibration" else r.measure for r in rows))


def verdicts(recording: Recording, checks: Sequence[Check]) -> list[Verdict]:
    """Return every gate of the run and its cells, and every self-check; the failed ones first."""
    found: dict[str, list[Checked]] = {}
    for gate in recording.run.gates:
        found.setdefault(gate.name, []).append(("", "", gate))
    for recorded in recording.cells:
        cell = recorded.cell
        for gate in cell.gates:
            # The load generator is calibrated in cells of its own, for the sake of lookup.
            measure = "lookup" if cell.measure == "calibration" else cell.measure
            found.setdefault(gate.name, []).append((cell.arm, measure, gate))
    gathered = [_over_cells(name, gates) for name, gates in found.items()]
    gathered += _of_checks(checks)
    return sorted(gathered, key=lambda verdict: verdict.passed)


def judged(rows: Iterable[Row], records: Records, checks: Sequence[Check]) -> list[Row]:
    """Return *rows*, each with what may be made of it; the intervals of rough ones are wider."""
    known = doubts(records) + [doubt for check in checks for doubt in check.doubts()]
    return [_judged(row, known, records.run["command"]) for row in rows] if known else list(rows)


def _judged(row: Row, known: Sequence[Doubt], command: str) -> Row:
    found = judge(vars(row), known, command)
    if found.validity == "sound":
        return row
    if found.validity == "rough":
        row = replace(
            row, ci_low=wider(row.value, row.ci_low), ci_high=wider(row.value, row.ci_high)
        )
    return replace(row, **found._asdict())


def _of_checks(checks: Sequence[Check]) -> Iterator[Verdict]:
    """Yield one verdict for each self-check, over all that it was applied to."""
    for name in dict.fromkeys(check.name for check in checks):
        those = [check for check in checks if check.name == name]
        failed = [check for check in those if not check.passed]
        first = (failed or those)[0]
        touched = [experiment for check in failed for experiment, _ in check.touches]
        yield Verdict(
            name=name,
            passed=not failed,
            value=first.seen,
            limit=first.limit,
            note=first.failure if failed else "",
            checked=len(those),
            failed_in=tuple(dict.fromkeys(check.scheme for check in failed if check.scheme)),
            touches=tuple(dict.fromkeys(touched)),
        )


def _over_cells(name: str, gates: list[Checked]) -> Verdict:
    failed = [one for one in gates if not one[2].passed]
    telling = failed or gates
    values = sorted(gate.value for _, _, gate in telling)
    first = telling[0][2]
    unit = f" {first.unit}" if first.unit else ""
    span = number(values[0])
    if number(values[-1]) != span:
        span = f"{span} to {number(values[-1])}"
    return Verdict(
        name=name,
        passed=not failed,
        value=f"{span}{unit}",
        limit=f"{number(first.limit)}{unit}",
        note=first.note,
        checked=sum(1 for arm, _, _ in gates if arm),
        failed_in=tuple(dict.fromkeys(arm for arm, _, _ in failed if arm)),
        touches=tuple(dict.fromkeys(measure for _, measure, _ in failed if measure)),
    )
