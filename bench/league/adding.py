"""From a run to an entry, unless something speaks against trusting the run."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from audit.checks import check, judged
from audit.comparing import compare
from audit.measures import recompute
from audit.raw import Records, Unreadable, load_json, read

from ..plans import SMOKE
from ..processes.children import BenchError
from ..records import Environment, RecordError, Run, read_environment, read_run
from .entry import Entry, Figure, Machine, Scheme, name_from

NOISE_MOST_US = 10.0
"""Of two identical arms in the span: a tenth of the known delay."""
MISSED_MOST = 0.1
"""What the known delay may be missed by, as a share of it."""
SLACK = 0.05
"""Beyond its interval: the busy wait that makes the delay takes time itself."""

Row = Mapping[str, Any]


def entry_of(folder: Path, name: str) -> Entry:
    """The entry of the run in *folder*; `BenchError` says all that speaks against it.

    *name* is what the machine is called; empty: after its processor.
    """
    try:
        run, environment = read_run(folder), read_environment(folder)
        rows = _verified_rows(read(folder))
    except (RecordError, Unreadable) as exc:
        raise BenchError(str(exc)) from exc
    noise, recovered, injected = _controls(rows)
    against = [
        *_state(folder, run, environment),
        *_noise(noise),
        *_recovery(recovered, injected, noise),
    ]
    if against:
        raise BenchError(f"{folder.name} is not taken into the league: {'; '.join(against)}")
    assert noise is not None
    assert recovered is not None
    assert injected is not None
    machine = _machine(environment)
    return Entry(
        date=time.strftime("%Y-%m-%d", time.gmtime(run.started_at)),
        name=name_from([name or f"{machine.cpu} {machine.cores} cores"]),
        machine=machine,
        run=run.name,
        plan=run.plan,
        seed=run.seed,
        commit=environment.commit,
        aa_noise_us=noise["value"],
        injected_us=injected["value"],
        recovered_us=_figure(recovered),
        schemes=_schemes(run, rows),
    )


def _verified_rows(records: Records) -> list[Row]:
    """The rows of results.json, every one of which follows from the records."""
    rows = judged(records, recompute(records))
    problems = compare(records, rows).problems + list(check(records))
    if problems:
        raise BenchError(
            f"{records.folder.name} is not taken into the league: {len(problems):,} of its figures "
            f"do not follow from its records; python -m bench verify {records.folder} names them"
        )
    return list(load_json(records.folder / "results.json")["results"])


def _state(folder: Path, run: Run, environment: Environment) -> Iterator[str]:
    if run.plan == SMOKE.name:
        yield "the smoke plan is too short to compare machines by"
    if run.state != "complete":
        yield f"it is {run.state}"
    content = load_json(folder / "results.json")
    withheld = [row for row in content["results"] if row["validity"] == "withheld"]
    if withheld:
        yield f"{len(withheld):,} of its figures are withheld: {withheld[0]['reason']}"
    if environment.dirty or not environment.commit:
        yield "nobody else can have the program that measured it: commit first, then measure"


def _controls(rows: Iterable[Row]) -> tuple[Row | None, Row | None, Row | None]:
    """The noise floor, the known delay as found and as put in; of the span, at low load."""
    found = [
        next(
            (row for row in rows if row["metric"] == metric and _is_main(row, {"layer": "span"})),
            None,
        )
        for metric in ("aa_noise_us", "recovered_delay_us", "injected_delay_us")
    ]
    return found[0], found[1], found[2]


def _noise(noise: Row | None) -> Iterator[str]:
    if noise is None:
        yield "it has no A/A pair"
    elif noise["value"] > NOISE_MOST_US:
        yield (
            f"two identical arms differed by up to {noise['value']:.3g} us, and "
            f"{NOISE_MOST_US:g} is the most"
        )


def _recovery(recovered: Row | None, injected: Row | None, noise: Row | None) -> Iterator[str]:
    if recovered is None or injected is None or noise is None:
        yield "it has no known delay"
        return
    truth, value = injected["value"], recovered["value"]
    low, high = recovered.get("ci_low"), recovered.get("ci_high")
    slack = max(SLACK * truth, noise["value"])
    if low is None or not low - slack <= truth <= high + slack:
        yield f"the interval of the known delay of {truth:g} us does not cover it"
    if abs(value - truth) > MISSED_MOST * truth:
        yield f"the known delay of {truth:g} us was found as {value:.4g} us"


def _schemes(run: Run, rows: Iterable[Row]) -> dict[str, Scheme]:
    kinds = {arm.name: arm.mechanism for arm in run.arms if arm.name == arm.scheme}
    by_scheme: dict[str, dict[str, Row]] = {}
    for row in rows:
        wanted = _WANTED.get(row["metric"])
        known = kinds.get(row["scheme"], "control") != "control"
        if known and wanted is not None and _is_main(row, wanted):
            by_scheme.setdefault(row["scheme"], {}).setdefault(row["metric"], row)
    return {
        scheme: Scheme(
            check_us=_figure(found["auth_us_cost_p50"]),
            **{
                field: found[metric]["value"]
                for metric, field in _FIELDS.items()
                if metric in found
            },
        )
        for scheme, found in by_scheme.items()
        if "auth_us_cost_p50" in found
    }


_WANTED: Mapping[str, Mapping[str, str]] = {
    "auth_us_cost_p50": {"design": "interleaved"},
    "window_ms_worst": {"kind": "one", "phase": "all"},
    "request_bytes": {},
    "store_reads": {"design": "interleaved", "layer": "span"},
    "signature_checks": {"design": "interleaved", "layer": "span"},
}
"""The metrics of an entry, and the dimensions of their rows."""
_FIELDS = {
    "window_ms_worst": "window_ms",
    "request_bytes": "request_bytes",
    "store_reads": "store_reads",
    "signature_checks": "signature_checks",
}


def _is_main(row: Row, wanted: Mapping[str, str]) -> bool:
    """Whether *row* is of the plain conditions: no distance, no claims, low load."""
    plain = not row.get("store_rtt_ms") and not row.get("claims") and row.get("load") != "high"
    return plain and all(row.get(name) == value for name, value in wanted.items())


def _machine(environment: Environment) -> Machine:
    known = environment.machine
    return Machine(
        cpu=str(known["cpu"]),
        cores=int(known["cores"]),
        memory_bytes=int(known["memory_bytes"]),
        system=str(known.get("system", "")),
        kernel=str(known.get("kernel", "")),
        virtualised=str(known.get("virtualised", "unknown")),
        python=environment.versions["python"],
    )


def _figure(row: Row) -> Figure:
    return Figure(value=row["value"], low=row.get("ci_low"), high=row.get("ci_high"))
