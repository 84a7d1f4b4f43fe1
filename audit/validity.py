"""Validity belongs to a figure: which figures each failed check touches, and how much that matters.

A figure is *sound*; *rough*, with an interval twice as wide; or *withheld*, with the command that
measures just that again. A check that fails touches the figures of one experiment, layer and load,
and of one scheme where it is about one. Bytes are untouched by a late generator, and what was seen
of a revoked credential is untouched by anything: no disturbance invents an accepted request.
"""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal, NamedTuple

import numpy as np

from .raw import Cell, Records

SOUND, ROUGH, WITHHELD = "sound", "rough", "withheld"
WIDENED = 2.0
"""Times as wide as computed: the interval of a rough figure."""

LATE_NS = 1_000_000
"""A request that left its generator later than this after it was due left late."""
LATE_MOST = {"_p50": 0.25, "_p90": 0.05, "_p99": 0.01, "_p999": 0.001}
"""Share of requests that may leave late before a percentile is withheld; a median bears more."""
WRONG_MOST = 0.01
"""Share of wrong answers from which the rest says nothing either."""
FAR_OFF = 3.0
"""Times its limit: a distance further off is another distance."""
RATE_LEAST = 0.9
"""Of the requests due: with fewer sent, the load was another one than stated."""
DERIVED = {"span": "lookup", "app": "lookup", "request": "lookup", "service": "lookup"}
"""Layers whose calibration rows follow from lookup."""
ENDING = ("request", "service")
"""The layers that the load generator times."""
TIMED = ("lookup", "journey", "scale", "outage")
NEVER = (
    *("broken_node_revocations", "late_accepts", "resurrections", "window_ms_worst"),
    *("revoked_accept_rate", "revoked_accept_rate_after"),
)
"""What was seen of revoked credentials: it stays, whatever the machine did meanwhile."""

GIVEN = ("claimed_bound_ms", "injected_delay_us")
"""What was asked for and not measured."""
WINDOWS = ("window_ms_p50", "window_ms_p95", "window_ms_worst", "exposure_node_s", "_reject_ms")

Validity = Literal["sound", "rough", "withheld"]


class Judgement(NamedTuple):
    """What may be made of one figure."""

    validity: Validity = "sound"
    reason: str = ""
    again: str = ""
    """The command that measures just that again, for a figure that is withheld."""


@dataclass(frozen=True)
class Doubt:
    """One failed check, and the figures it touches; an empty field restricts nothing."""

    check: str
    validity: Validity
    reason: str
    experiment: str = ""
    layers: tuple[str, ...] = ()
    load: str = ""
    design: str = ""
    scheme: str = ""
    kind: str = ""
    """What was revoked."""
    metrics: tuple[str, ...] = ()
    """Ends of the names of the metrics it touches."""
    control: bool = False
    """Whether *scheme* is the control, which every cost is over."""

    def touches(self, row: Mapping[str, Any]) -> bool:
        """Whether the figure *row* rests on what this check found wanting."""
        experiment = row["measure"]
        if experiment == "calibration":
            experiment = DERIVED.get(row.get("layer") or "", "")
        if not experiment or self.experiment not in ("", experiment):
            return False
        if row["metric"] in GIVEN or (row["metric"] in NEVER and row.get("value")):
            return False
        if self.metrics and not row["metric"].endswith(self.metrics):
            return False
        wanted = (("load", self.load), ("design", self.design), ("kind", self.kind))
        if any(asked and (row.get(name) or "") != asked for name, asked in wanted):
            return False
        if self.layers and (row.get("layer") or "") not in self.layers:
            return False
        return not self.scheme or self._is_about(row)

    def _is_about(self, row: Mapping[str, Any]) -> bool:
        named = (row["scheme"], row.get("less"), row.get("beside"))
        return self.scheme in named or (self.control and "_cost_" in row["metric"])


def judge(row: Mapping[str, Any], doubts: Iterable[Doubt], command: str) -> Judgement:
    """
    Return what may be made of the figure *row*, by the gravest of *doubts* that touch it.

    *command* is the one that made the run, as the run records it.
    """
    touching = [doubt for doubt in doubts if doubt.touches(row)]
    for validity in (WITHHELD, ROUGH):
        grave = [doubt for doubt in touching if doubt.validity == validity]
        if grave:
            reason = "; ".join(dict.fromkeys(doubt.reason for doubt in grave))
            again = _again(command, grave[0], row) if validity == WITHHELD else ""
            return Judgement(grave[0].validity, reason, again)
    return Judgement()


def wider(value: float, end: float | None) -> float | None:
    """Return one end of the interval of a rough figure; none crosses zero by being wider."""
    if end is None:
        return None
    if value and 0 < end / value < 1:
        return float(end * (end / value) ** (WIDENED - 1))
    return value + WIDENED * (end - value)


def doubts(records: Records) -> list[Doubt]:
    """Return every doubt that the gates of a run and of its cells leave."""
    found = [doubt for gate in records.run["gates"] for doubt in _of_run(gate, records)]
    failed: dict[tuple[Any, ...], list[tuple[Cell, Mapping[str, Any]]]] = defaultdict(list)
    for cell in records.cells:
        labels = cell.regime.labels
        about = (cell.measure, labels.get("design", ""), labels.get("load", ""))
        for gate in cell.gates:
            if not gate["passed"]:
                failed[(gate["name"], *about, cell.arm)].append((cell, gate))
    for (name, *_), cells in failed.items():
        found += _of_cells(name, cells, records)
    return list(dict.fromkeys(found))


def _of_run(gate: Mapping[str, Any], records: Records) -> Iterator[Doubt]:
    """Yield what a gate of the run as a whole touches."""
    name = gate["name"]
    if gate["passed"]:
        return
    if name == "steal":
        reason = f"the host took {gate['value']:.2g} % of the processor away"
        yield from (Doubt(name, "rough", reason, experiment) for experiment in TIMED)
    elif name in GENERATOR:
        reason = f"{GENERATOR[name]} ({_against(gate)})"
        yield Doubt(name, "rough", reason, "lookup", ENDING)
    elif name == "tampered_refused":
        arm = _named_in(gate["note"], records)
        yield from _tampered(name, arm, records)
    elif name == "blocks_repeated":
        yield Doubt(name, "rough", "more blocks were disturbed than may be repeated", "lookup")
    else:
        yield Doubt(name, "withheld", f"the run failed the check {_words(name)}")


def _of_cells(
    name: str, failed: Sequence[tuple[Cell, Mapping[str, Any]]], records: Records
) -> Iterator[Doubt]:
    """Yield what the gate *name* touches, which failed in these cells of one arm and regime."""
    cell, gate = failed[0]
    labels = cell.regime.labels
    load, design = labels.get("load", ""), labels.get("design", "")
    if name in GENERATOR and cell.measure == "calibration":
        yield from _generator(name, failed, records)
    elif name == "expected_answers":
        yield from _wrong_answers(name, failed, records)
    elif name == "tampered_refused":
        yield from _tampered(name, cell.arm, records, cell.measure)
    elif name == "proxy_distance":
        worst = max(abs(gate["value"]) for _, gate in failed)
        validity: Validity = "withheld" if worst > FAR_OFF * gate["limit"] else "rough"
        reason = f"the store was {worst:.0f} µs nearer or farther than stated"
        if design == "far":
            yield Doubt(name, validity, reason, "lookup", design="far")
        else:
            yield Doubt(name, validity, reason, "scale", scheme=cell.arm)
    elif name in PROBER:
        reason, metrics = PROBER[name]
        yield Doubt(
            name,
            "rough",
            f"{reason} ({_against(gate)})",
            cell.measure,
            scheme=cell.arm,
            kind=labels.get("kind", ""),
            metrics=metrics,
        )
    elif name == "settled_before":
        reason = "a node answered wrongly before the fault began"
        yield Doubt(name, "withheld", reason, cell.measure, scheme=cell.arm)
    else:
        reason = f"{cell.arm} failed the check {_words(name)}"
        yield Doubt(name, "withheld", reason, cell.measure, (), load, design, cell.arm)


GENERATOR = {
    "achieved_rate": "the load generator sent fewer requests than planned",
    "generator_lag_p99": "the load generator sent requests late",
    "generator_cpu": "the load generator was short of processor time",
}
PROBER = {
    "probe_lag_p99": ("probes were sent late", WINDOWS),
    "probes_missed": ("probes were skipped because the previous answer was late", WINDOWS),
    "probe_errors": ("some probes were answered neither yes nor no", ()),
    "false_rejects": ("a credential was refused before it was revoked", ()),
    "void_trials": ("some revocations could not be carried through", ()),
}
"""Gates of the load generator and of the prober, in the words of a report; of the latter also the
ends of the metrics they touch."""


def _generator(
    name: str, failed: Sequence[tuple[Cell, Mapping[str, Any]]], records: Records
) -> Iterator[Doubt]:
    """Yield what a generator that could not keep up touches: times it took itself, at one load."""
    labels = failed[0][0].regime.labels
    load, design = labels.get("load", ""), labels.get("design", "")
    blocks = sum(
        1
        for cell in records.select("calibration")
        if cell.regime.labels == labels and "generator_lag_ms_p99" in cell.figures
    )
    reason = f"{GENERATOR[name]} in {len(failed)} of {_blocks(blocks)} at {load or 'this'} load"
    yield Doubt(name, "rough", reason, "lookup", ENDING, load, design)
    if name == "achieved_rate" and median(gate["value"] for _, gate in failed) < RATE_LEAST:
        yield Doubt(name, "withheld", reason, "lookup", ENDING, load, design)
    if name == "generator_lag_p99":
        late = _share_late(records, labels)
        for end, most in LATE_MOST.items():
            if late > most:
                said = f"{reason}: {100 * late:.2g} % of requests left more than 1 ms late"
                yield Doubt(name, "withheld", said, "lookup", ENDING, load, design, metrics=(end,))


def _share_late(records: Records, labels: Mapping[str, str]) -> float:
    """Return the share of requests of one design and load that left late."""
    lags = [
        cell.arrays["start_ns"] - cell.arrays["intended_ns"]
        for cell in records.select("lookup", "request")
        if cell.regime.labels == labels and {"start_ns", "intended_ns"} <= cell.arrays.keys()
    ]
    return float((np.concatenate(lags) > LATE_NS).mean()) if lags else 0.0


def _wrong_answers(
    name: str, failed: Sequence[tuple[Cell, Mapping[str, Any]]], records: Records
) -> Iterator[Doubt]:
    cell = failed[0][0]
    labels = cell.regime.labels
    worst = 1.0 - min(float(gate["value"]) for _, gate in failed)
    said = "all" if worst == 1.0 else f"up to {100 * worst:.2g} %"
    reason = f"{said} of the answers of {cell.arm} in a block were wrong and are left out"
    validity: Validity = "withheld" if worst > WRONG_MOST else "rough"
    about = (labels.get("load", ""), labels.get("design", ""), cell.arm)
    own = cell.arm == records.control
    yield Doubt(name, validity, reason, cell.measure, (), *about, control=own)
    if validity == "rough":
        # Who leaves out one answer in a thousand leaves out the slowest thousandth.
        tails = ("_p99", "_p999")
        yield Doubt(name, "withheld", reason, cell.measure, (), *about, metrics=tails)


def _tampered(name: str, arm: str, records: Records, experiment: str = "lookup") -> Iterator[Doubt]:
    reason = f"{arm or 'a scheme'} accepted a tampered credential: it does not check what is timed"
    yield Doubt(name, "withheld", reason, experiment, scheme=arm, control=arm == records.control)


def _named_in(note: str, records: Records) -> str:
    """Return the arm that the note of a gate begins with; empty if it is none of the run's."""
    start = note.partition(":")[0]
    return start if any(arm["name"] == start for arm in records.run["arms"]) else ""


def _again(command: str, doubt: Doubt, row: Mapping[str, Any]) -> str:
    """Return the command that measures the experiment of *row* alone, and its scheme if one."""
    said = shlex.split(command)
    if said[:4] != ["python", "-m", "bench", "run"]:
        said = ["python", "-m", "bench", "run"]
    parts = _without(said, "--seed", "--only", *(["--schemes"] if doubt.scheme else []))
    experiment = doubt.experiment or row["measure"]
    parts += ["--only", "lookup" if experiment == "calibration" else experiment]
    if doubt.scheme and not doubt.control:
        parts += ["--schemes", doubt.scheme]
    return shlex.join(parts)


def _without(parts: Sequence[str], *options: str) -> list[str]:
    kept: list[str] = []
    skip = False
    for part in parts:
        if skip:
            skip = False
        elif part in options:
            skip = True
        else:
            kept.append(part)
    return kept


def _against(gate: Mapping[str, Any]) -> str:
    """Return what a gate saw, and its limit."""
    value, limit, unit = (gate[name] for name in ("value", "limit", "unit"))
    if unit == "" and limit <= 1:
        return f"{100 * value:.2g} %, limit {100 * limit:.2g} %"
    return f"{value:.2g}, limit {limit:.2g} {unit}".strip()


def _words(name: str) -> str:
    return name.replace("_", " ")


def _blocks(count: int) -> str:
    return f"{count} block" if count == 1 else f"{count} blocks"
