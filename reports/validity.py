"""Whether a run's figures mean anything: its gates, and the checks of its controls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.records import Gate

from .loading import Recording
from .rows import Row, find
from .wording import interval, number, quantity, some

TOLERANCE = 0.05
"""What the known delay may be missed by, beyond its interval: the busy wait itself takes time."""


Checked = tuple[str, str, Gate]
"""A gate, with the arm and the measure of its cell; empty for one of the run as a whole."""


@dataclass(frozen=True)
class Verdict:
    """One gate over all the cells it was checked in."""

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


def judge(recording: Recording, rows: Sequence[Row]) -> list[Verdict]:
    """Give every gate of the run and its cells, the failed ones first."""
    found: dict[str, list[Checked]] = {}
    for gate in recording.run.gates:
        found.setdefault(gate.name, []).append(("", "", gate))
    for recorded in recording.cells:
        cell = recorded.cell
        for gate in cell.gates:
            # The load generator is calibrated in cells of its own, for the sake of lookup.
            measure = "lookup" if cell.measure == "calibration" else cell.measure
            found.setdefault(gate.name, []).append((cell.arm, measure, gate))
    verdicts = [_over_cells(name, gates) for name, gates in found.items()]
    verdicts += _known_delays(rows)
    return sorted(verdicts, key=lambda verdict: verdict.passed)


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


def _known_delays(rows: Sequence[Row]) -> list[Verdict]:
    """Hold the span, the primary figure, to the delay that was put in."""
    found = []
    for one in rows:
        if one.metric != "recovered_delay_us" or one.layer != "span" or one.far:
            continue
        injected = find(rows, "injected_delay_us", one.scheme, layer="span")
        if injected is None:
            continue
        noise = find(rows, "aa_noise_us", layer="span")
        slack = max(TOLERANCE * injected.value, noise.value if noise else 0.0)
        low, high = one.ci_low or one.value, one.ci_high or one.value
        found.append(
            Verdict(
                name="known_delay_recovered",
                passed=low - slack <= injected.value <= high + slack,
                value=f"{quantity(one)} {interval(one)}".strip(),
                limit=f"{quantity(injected)}, give or take {number(slack)} µs",
                note=f"the delay of {one.scheme}, found again by the same measurement",
                checked=0,
            )
        )
        break
    return found
