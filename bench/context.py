"""What every experiment is given."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from demo.auth import Scheme, Settings
from demo.schemes import GROUP, UnknownScheme, build, names
from demo.storage import NeedsStore

from .environment import Steal
from .ledger import Ledger
from .machines.given import Machines
from .plan import Plan
from .plans import USUAL_SCHEMES
from .processes.children import BenchError
from .processes.placement import Placement
from .progress import Progress
from .records import Arm, Arrays, Cell, Gate, Part, Recorded, Run, read_cells, write_part
from .services import Services

CONTROL = "control"
DELAYED = "control-delay-100us"
CONTROL_AGAIN = "control-again"
RIVALS = "rivals"
"""The extra that brings the libraries of bench/rivals."""

FEWEST_REPEATS = 2
"""Blocks of the shortest plan too may meet a burst that lasts."""
REPEATED = 6
"""One block in so many may be measured again: a run is to end about when it said."""

_OWN = ("demo", "bench")
"""The packages whose schemes are ours to choose from: theirs, and the rivals'."""


@dataclass
class Context:
    """One run in progress, as an experiment sees it."""

    folder: Path
    """The run folder."""
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
    machines: Machines | None = None
    """Where load and nodes come from, if not from this machine alone."""
    ledger: Ledger | None = None
    """What is finished already, in a run that goes on."""
    expected_s: Mapping[str, float] = field(default_factory=dict)
    """Seconds that each experiment was announced with; empty: nobody waits."""
    started_s: float = field(default_factory=time.monotonic)
    steal: Steal = field(default_factory=Steal)
    """Seen since then, but for what was thrown away."""
    _count: int = 0
    _unfinished: list[Recorded] = field(default_factory=list)
    """The cells of the part that is being measured."""

    def __post_init__(self) -> None:
        if self.ledger is not None and self.ledger.parts:
            last = self.ledger.parts[-1]
            self.gates += last.gates
            self.repeated += last.repeated
            self._count = self.ledger.highest_number()

    @property
    def nodes(self) -> float:
        """How many app nodes lookup is measured at."""
        return float(len(self.machines.node_urls) or 1) if self.machines else 1.0

    def time_left_s(self, experiment: str, slow: float = 1.0) -> float:
        """
        What *experiment* may still take for the run to end when it was announced to.

        Those that are not done yet are to have the time they were announced with, *slow* times.
        """
        if not self.expected_s:
            return math.inf
        others = [name for name in self.expected_s if name != experiment and not self.is_done(name)]
        owed_s = sum(self.expected_s[name] for name in others)
        whole_s = sum(self.expected_s.values())
        return whole_s - slow * owed_s - (time.monotonic() - self.started_s)

    def is_done(self, *part: str | int) -> bool:
        """
        Whether *part* of the run was finished before it was interrupted; then leave it out.

        *part* is named alike in every run of the same plan and seed: `("lookup", 3)`.
        """
        return self.ledger is not None and self.ledger.has(_named(part))

    def keep(self, cell: Cell, arrays: Arrays | None = None) -> None:
        """Keep *cell* for the part that is being measured; `finish` saves it."""
        self._unfinished.append(Recorded(cell, arrays or {}))

    def finish(self, *part: str | int) -> None:
        """Save *part*, which is finished, with all cells since the last one that was."""
        done = Part(name=_named(part), gates=list(self.gates), repeated=list(self.repeated))
        if self.ledger is not None:
            self.ledger.add(done, self._unfinished)
        else:
            write_part(self.folder, done, self._unfinished)
        self._unfinished = []

    def keep_unfinished(self) -> None:
        """Save the cells of a part that was cut short: a report shows them, a run that goes on
        measures them again."""
        if self._unfinished:
            write_part(self.folder, None, self._unfinished)
        self._unfinished = []

    def cells_of(self, *part: str | int) -> list[Cell]:
        """The cells of a part that is done, for what later parts need of it."""
        return read_cells(self.folder, _named(part))

    @property
    def repeats_allowed(self) -> int:
        """How many blocks may be measured again: a sixth, or two. What is disturbed after that
        stays, and the figures that it touches say so."""
        plan = self.plan
        driven = plan.blocks + plan.high_blocks + plan.separate_blocks + plan.far_blocks
        return max((driven + plan.hot_blocks) // REPEATED, FEWEST_REPEATS)

    def is_to_repeat(self, block: str, gates: Sequence[Gate]) -> bool:
        """
        Whether *block*, as people are told of it, is to be thrown away and measured again.

        By gates of the generator and of the machine alone, whatever the figures are: a machine
        whose host takes time away for a moment voids that moment and not the run. Not once the
        run has taken as long as it was announced to.
        """
        failed = [gate for gate in gates if not gate.passed]
        late_s = time.monotonic() - self.started_s - sum(self.expected_s.values())
        if not failed or len(self.repeated) >= self.repeats_allowed:
            return False
        if self.expected_s and late_s > 0:
            return False
        said = ", ".join(f"{gate.name} {gate.value:.3g} {gate.unit}".strip() for gate in failed)
        self.repeated.append(f"{block}: {said}")
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


def _named(part: tuple[str | int, ...]) -> str:
    return "/".join(map(str, part))


def mount_of(arm: Arm) -> str:
    """How a node is told to serve *arm*."""
    return arm.name if arm.name == arm.scheme else f"{arm.name}={arm.scheme}"


def wanted_schemes(asked: Sequence[str], usual: Sequence[str] = USUAL_SCHEMES) -> list[str]:
    """
    The names of the schemes to measure, the controls first; they may not be installed.

    *asked* may be `all`, and hold `rivals` for the libraries of that extra. If empty: the *usual*
    ones, and every one that another package adds, so that a stranger's scheme appears in every
    report.
    """
    installed = names()
    asked = list(asked or [*usual, *foreign_schemes()])
    if "all" in asked:
        asked = installed
    if RIVALS in asked:
        asked = [*(name for name in asked if name != RIVALS), *names(RIVALS)]
    return list(dict.fromkeys([CONTROL, DELAYED, *asked]))


def needed_stores(wanted: Iterable[str]) -> set[str]:
    """
    Return the kinds of stores that the schemes *wanted* ask for: `redis`, `sqlite`, `postgres`.

    Raises `BenchError` if one of them is not installed.
    """
    needed = set()
    for name in wanted:
        try:
            build(name, Settings()).close()
        except UnknownScheme as exc:
            raise BenchError(str(exc)) from exc
        except NeedsStore as exc:
            needed.add(exc.kind)
        except ValueError:
            continue  # whatever else it lacks is said once its stores are there
    return needed


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


def foreign_schemes() -> list[str]:
    """The schemes that other packages add to ours."""
    points = entry_points(group=GROUP)
    return sorted(each.name for each in points if each.module.split(".")[0] not in _OWN)


def arms_of(schemes: list[Scheme], again: Collection[str] = ()) -> list[Arm]:
    """
    An arm for each scheme, and some of them twice: what equal arms differ by is noise.

    `control` always, which says so of a request without a check; and those of *again* that are
    there, which say so of their kind.
    """
    arms = []
    for scheme in schemes:
        arms.append(arm_of(scheme, scheme.name))
        if scheme.name in (CONTROL, *again):
            arms.append(arm_of(scheme, f"{scheme.name}-again"))
    return arms


def arm_of(scheme: Scheme, name: str) -> Arm:
    """Return *scheme* as the arm *name*, with all that it says of itself."""
    own: dict[str, Any] = {
        "name": name,
        "scheme": scheme.name,
        "mechanism": scheme.kind,
        "injected_us": scheme.delay_us,
    }
    said = {field: getattr(scheme, field) for field in Arm.__struct_fields__ if field not in own}
    if name != scheme.name:
        said["title"] = f"{scheme.title}, again"
    return Arm(**own, **said)
