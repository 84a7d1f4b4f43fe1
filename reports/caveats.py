"""The catalogue of warnings: what a hostile reviewer would say first, so the report does."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from . import headline
from .metrics import CATALOGUE as METRICS
from .results import Results
from .statistics import ENOUGH_BLOCKS, holds_in
from .wording import number

STEAL_PERCENT = 1.0
LOAD_PER_CORE = 0.7
SPEEDS_APART = 1.25
PLANNED = {"nodes", "trials", "probe_interval_ms", "rate", "base_ns"}
"""Figures of a cell that say how it was measured, and are not results."""


def caveats(results: Results) -> list[str]:
    """Return every warning that applies to this run, the gravest first."""
    return [text for check in CATALOGUE for text in check(results)]


def _blocks(results: Results) -> Iterator[str]:
    rounds = results.recording.run.blocks
    if 0 < rounds < ENOUGH_BLOCKS:
        yield (
            f"Only {rounds} blocks. Intervals then span the blocks that were seen and hold in "
            f"about {number(100 * holds_in(rounds))} of 100 runs, not 95. "
            "The standard plan has more."
        )


def _controls(results: Results) -> Iterator[str]:
    if results.find(f"{headline.QUANTITY}_p50") is None:
        return
    if results.noise_us(headline.LAYER) is None:
        yield "No A/A pair in this run: the noise floor is unknown and no difference is claimed."
    if results.find("recovered_delay_us") is None:
        yield "No known delay in this run: nothing shows that the instrument recovers a truth."


def _machine(results: Results) -> Iterator[str]:
    environment = results.recording.environment
    if environment is None:
        return
    cores = environment.machine.get("cores")
    if isinstance(cores, int) and cores <= 2:
        yield (
            f"{cores} cores: the load generator, the nodes and the store shared them. "
            "Costs over control are sound; absolute times are those of a crowded machine."
        )
    if environment.machine.get("virtualised"):
        yield "A virtual machine: its host may take time away unseen."
    load = environment.load
    if load.get("steal_percent", 0.0) > STEAL_PERCENT:
        yield f"The host took {number(load['steal_percent'])} % of the processor away (steal)."
    if isinstance(cores, int) and load.get("load_1m", 0.0) > LOAD_PER_CORE * cores:
        yield f"The machine was already busy at the start: load {number(load['load_1m'])}."
    governor = environment.machine.get("governor")
    if governor and governor != "performance":
        yield f"The processor's governor was {governor}, which changes its speed as it likes."


def _speed(results: Results) -> Iterator[str]:
    took = [
        one.cell.figures["fixed_work_us"]
        for one in results.recording.cells
        if one.cell.measure == "calibration" and "fixed_work_us" in one.cell.figures
    ]
    if took and max(took) > SPEEDS_APART * min(took):
        yield (
            f"The machine changed its speed: the same work took {number(min(took))} to "
            f"{number(max(took))} µs, from block to block. Where nothing was stolen, that is "
            "another guest of the host on the same core. What differs within a block is sound, "
            "and its size is that of a machine between the two."
        )


def _source(results: Results) -> Iterator[str]:
    environment = results.recording.environment
    if environment is not None and environment.dirty:
        yield "The source had changes that were not committed: the commit alone does not repeat it."


def _tails(results: Results) -> Iterator[str]:
    rows = [row for row in results.rows if not row.far]
    if not any(row.metric == "request_ms_p50" for row in rows):
        return
    if not any(row.metric == "request_ms_p99" for row in rows):
        yield "No p99 is given: it takes 1,000 requests in each block, and this run has fewer."
    elif not any(row.metric == "request_ms_p99" and row.design == "separate" for row in rows):
        yield (
            "Tails come from blocks that all schemes shared, so one's slow request may have "
            "delayed another's. Compare medians; tails need separate blocks."
        )


def _store(results: Results) -> Iterator[str]:
    timed = [row for row in results.rows if row.measure in ("lookup", "scale")]
    if timed and not any(row.store_rtt_ms for row in timed):
        yield (
            "The store ran on the same machine. Over a network every lookup costs its round trip "
            "more, a stateless token nothing."
        )
    elif timed:
        yield (
            "The store ran on the same machine, and its distance is a delay put between. A real "
            "network also varies and drops packets, which no figure here shows."
        )


def _unknown(results: Results) -> Iterator[str]:
    """Name what lies in the records and this version has no meaning for."""
    names = {name for one in results.recording.cells for name in one.cell.figures}
    unknown = sorted(names - METRICS.keys() - PLANNED)
    if unknown:
        yield f"Recorded, but unknown to this version of the report: {', '.join(unknown)}."


CATALOGUE: list[Callable[[Results], Iterator[str]]] = [
    _controls,
    _blocks,
    _machine,
    _speed,
    _store,
    _tails,
    _source,
    _unknown,
]
