"""What may be made of each figure, and the gates and self-checks that this follows from.

`audit.validity` decides, for a report and for those who verify it; a report shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    """Return what is not sound, by reason; withheld figures first."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row.validity != "sound":
            groups.setdefault((row.validity, row.reason), []).append(row)
    ordered = sorted(groups.items(), key=lambda group: group[0][0] != "withheld")
    return [
        Reservation(validity, reason, len(those), listed(_measures(those)), those[0].again)
        for (validity, reason), those in ordered
    ]


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
    gathered += [_of_check(check) for check in checks]
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


def _of_check(check: Check) -> Verdict:
    return Verdict(
        name=check.name,
        passed=check.passed,
        value=check.seen,
        limit=check.limit,
        note=check.failure if not check.passed else "",
        checked=0,
        touches=() if check.passed else tuple(dict.fromkeys(name for name, _ in check.touches)),
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
