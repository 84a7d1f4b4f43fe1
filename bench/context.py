"""What every experiment is given."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path

from demo.auth import Scheme, Settings
from demo.schemes import GROUP, build, names

from .plan import USUAL_SCHEMES, Plan
from .processes.children import BenchError
from .processes.placement import Placement
from .progress import Progress
from .records import Arm, Cell, Gate, Run
from .services import Services

CONTROL = "control"
CONTROL_AGAIN = "control-again"


@dataclass
class Context:
    """One run in progress, as an experiment sees it."""

    folder: Path
    """The run folder: cells are written here."""
    run: Run
    plan: Plan
    services: Services
    seed: int
    progress: Progress
    """`advance(fraction, text)`, the fraction of the current experiment."""
    schemes: list[Scheme]
    """The schemes of this run, `control` included: what they claim, not for use (closed)."""
    placement: Placement
    gates: list[Gate] = field(default_factory=list)
    """Of the run as a whole; an experiment adds its own."""
    repeated: list[str] = field(default_factory=list)
    """Why a block was thrown away and measured again, once for each time."""
    _count: int = 0

    @property
    def repeats_allowed(self) -> int:
        """How many blocks may be measured again: a quarter, and a machine that needs more is
        not fit to measure on."""
        return (self.plan.blocks + self.plan.separate_blocks) // 4

    def is_to_repeat(self, generator: Cell) -> bool:
        """
        Whether the block of this calibration cell is to be thrown away and measured again.

        By the generator's gates alone, whatever the figures are: a machine whose host takes time
        away for a moment voids that moment and not the run.
        """
        failed = [gate for gate in generator.gates if not gate.passed]
        if not failed or len(self.repeated) >= self.repeats_allowed:
            return False
        said = ", ".join(f"{gate.name} {gate.value:.3g} {gate.unit}".strip() for gate in failed)
        self.repeated.append(f"{generator.labels['design']} block {generator.block + 1}: {said}")
        return True

    @property
    def arms(self) -> list[Arm]:
        """The schemes as arms; control is there twice, for the A/A pair."""
        return self.run.arms

    def next_id(self, measure: str, layer: str, block: int, arm: str) -> str:
        """The ID of the next cell, such as `0007-lookup-span-b02-control`."""
        self._count += 1
        parts = [f"{self._count:04d}", measure, layer, f"b{block:02d}", arm]
        return "-".join(part for part in parts if part)

    def seed_for(self, *purpose: str | int) -> list[int]:
        """A seed of its own for *purpose*, from the run's: the same in a repeated run."""
        digest = hashlib.sha256("/".join(map(str, purpose)).encode()).digest()
        return [self.seed, int.from_bytes(digest[:8], "big")]


def mount_of(arm: Arm) -> str:
    """How a node is told to serve *arm*."""
    return arm.name if arm.name == arm.scheme else f"{arm.name}={arm.scheme}"


def wanted_schemes(asked: Sequence[str]) -> list[str]:
    """
    The names of the schemes to measure, the controls first; they may not be installed.

    *asked* may be `all`. If empty: the usual ones, and every one that another package adds, so
    that a stranger's scheme appears in every report.
    """
    installed = names()
    if list(asked) == ["all"]:
        asked = installed
    controls = [CONTROL, *(name for name in installed if name.startswith("control-delay-"))]
    return list(dict.fromkeys([*controls, *(asked or [*USUAL_SCHEMES, *_foreign()])]))


def describe_schemes(chosen: Sequence[str], settings: Settings) -> list[Scheme]:
    """The *chosen* schemes, each built once, to see that it can be, and closed again."""
    found = []
    for name in chosen:
        try:
            scheme = build(name, settings)
        except ValueError as exc:
            raise BenchError(str(exc)) from exc
        scheme.close()
        found.append(scheme)
    return found


def _foreign() -> list[str]:
    """The schemes that other packages add to ours."""
    points = entry_points(group=GROUP)
    return sorted(each.name for each in points if each.module.split(".")[0] != "demo")


def arms_of(schemes: list[Scheme]) -> list[Arm]:
    """An arm for each scheme, and `control` once more: the noise of an A/A pair is the floor."""
    arms = []
    for scheme in schemes:
        arms.append(_arm(scheme, scheme.name))
        if scheme.name == CONTROL:
            arms.append(_arm(scheme, CONTROL_AGAIN))
    return arms


def _arm(scheme: Scheme, name: str) -> Arm:
    mechanism = "token" if scheme.name.startswith("token") else "session"
    return Arm(
        name=name,
        scheme=scheme.name,
        summary=scheme.summary,
        mechanism="control" if scheme.mechanism is None else mechanism,  # type: ignore[arg-type]  # one of the three
        transport=scheme.transport,
        strength=scheme.strength,
        bound_s=scheme.bound_s,
        injected_us=scheme.delay_us,
        notes=dict(scheme.notes),
    )
