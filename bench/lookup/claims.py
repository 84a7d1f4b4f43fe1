"""What the hot path was built to cost at most, held against the records of a run.

Each claim is a ratio or a difference of medians, or an exact count, of one run. A claim that a run
cannot speak to, for want of a scheme or of a condition, is not in the list. What no run holds is
measured when there is none: now.py.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from demo.auth import ASKING, FOLLOWING

from ..processes.children import BenchError
from ..processes.interrupts import Interrupted, interruptible
from ..records import Arm, Cell, RecordError, read_arrays, read_cells, read_run
from .now import (
    MEMORY_MB_MOST,
    OVER_PYJWT_MOST,
    REMEMBERED,
    REMEMBERED_US_MOST,
    Beside,
    Size,
    compare,
)
from .overclient import POSTGRES, SESSION

OVER_CLIENT_MOST = 1.3
"""Of the client's own call: Valkey's, or psycopg's."""
OVER_CALL_MOST = {"redis": OVER_CLIENT_MOST, "sqlite": 2.0, "postgres": 1.8}
"""Of the floor of a run, which over PostgreSQL is beneath its client (docs/decisions/0006)."""
OVER_EXPIRY_US_MOST = 3.0
OVER_FEW_MOST = 1.15
MEMORY_US_MOST = 3.0
MANY, FEW = 1_000_000.0, 1_000.0


@dataclass(frozen=True)
class Claim:
    """One claim and what was found."""

    text: str
    value: float
    most: float

    @property
    def holds(self) -> bool:
        return self.value <= self.most

    def line(self) -> str:
        """As it is printed."""
        return (
            f"{'holds' if self.holds else 'FAILS'}  {self.value:8.2f} of {self.most:g}  {self.text}"
        )


@dataclass(frozen=True)
class Hot:
    """The hot loop of one scheme: medians over rounds of medians, in microseconds."""

    verify_us: float
    floor_us: float | None
    server_calls: float | None


def claims(folder: Path) -> list[Claim]:
    """Every claim that the run in *folder* can speak to."""
    cells = list(read_cells(folder))
    hot = {
        arm: _hot(
            folder, [c for c in cells if (c.measure, c.layer, c.arm) == ("lookup", "hot", arm)]
        )
        for arm in sorted({c.arm for c in cells if (c.measure, c.layer) == ("lookup", "hot")})
    }
    own = {arm.name: arm for arm in read_run(folder).arms if not arm.library}
    measured = {own[name]: seen for name, seen in hot.items() if name in own}
    return [*_sessions(measured), *_tokens(measured), *_populations(folder, cells)]


def _sessions(hot: dict[Arm, Hot]) -> Iterator[Claim]:
    for arm, seen in hot.items():
        if arm.mechanism != "session" or seen.floor_us is None:
            continue
        if arm.store == "memory":
            yield Claim(f"{arm.name}: microseconds of a verify", seen.verify_us, MEMORY_US_MOST)
        elif not arm.cached and (most := OVER_CALL_MOST.get(arm.store)):
            ratio = seen.verify_us / seen.floor_us
            yield Claim(f"{arm.name}: verify over the bare call", ratio, most)
        if seen.server_calls is not None and not arm.cached:
            text = f"{arm.name}: calls the server counted, each verify"
            yield Claim(text, seen.server_calls, 1.0)


def _tokens(hot: dict[Arm, Hot]) -> Iterator[Claim]:
    signed = {a: seen for a, seen in hot.items() if a.algorithm == "HS256" and seen.floor_us}
    alone = next((seen for arm, seen in signed.items() if arm.strategy == "expiry"), None)
    for arm, seen in signed.items() if alone else ():
        assert alone is not None
        over_us = seen.verify_us - alone.verify_us
        if arm.strategy in ASKING and arm.store in OVER_CALL_MOST:
            call_us = (seen.floor_us or 0.0) - (alone.floor_us or 0.0)
            text = f"{arm.name}: what it costs over expiry, over the bare call"
            yield Claim(text, over_us / call_us, OVER_CALL_MOST[arm.store])
            if seen.server_calls is not None:
                yield Claim(f"{arm.name}: calls the server counted", seen.server_calls, 1.0)
        elif arm.strategy in FOLLOWING:
            yield Claim(f"{arm.name}: microseconds over expiry", over_us, OVER_EXPIRY_US_MOST)
            if seen.server_calls is not None:
                yield Claim(f"{arm.name}: calls the server counted", seen.server_calls, 0.0)


def _populations(folder: Path, cells: list[Cell]) -> Iterator[Claim]:
    for axis in ("population", "denied"):
        own = [cell for cell in cells if cell.labels.get("axis") == axis and cell.layer == "hot"]
        for arm in sorted({cell.arm for cell in own}):
            by_number = {
                number: _hot(
                    folder, [c for c in own if (c.arm, c.conditions[axis]) == (arm, number)]
                )
                for number in sorted({c.conditions[axis] for c in own if c.arm == arm})
            }
            if FEW in by_number and MANY in by_number:
                ratio = by_number[MANY].verify_us / by_number[FEW].verify_us
                yield Claim(f"{arm}: {axis} 10^6 over 10^3", ratio, OVER_FEW_MOST)


def _hot(folder: Path, cells: list[Cell]) -> Hot:
    arrays = [read_arrays(folder, cell) for cell in cells]
    verify = [float(np.median(each["verify_ns"])) for each in arrays]
    floor = [float(np.median(each["floor_ns"])) for each in arrays if "floor_ns" in each]
    calls = [c.figures["server_calls"] for c in cells if "server_calls" in c.figures]
    return Hot(
        verify_us=float(np.median(verify)) / 1e3,
        floor_us=float(np.median(floor)) / 1e3 if floor else None,
        server_calls=max(calls) if calls else None,
    )


def claims_now(found: Iterable[Beside], denials: int) -> Iterator[Claim]:
    """What each comparison says of a claim, as it comes."""
    for each in found:
        took = f"({each.verify_us:.1f} and {each.other_us:.1f} us)"
        if each.what == REMEMBERED:
            text = f"a signature that is remembered: microseconds of a verify {took}"
            yield Claim(text, each.verify_us, REMEMBERED_US_MOST)
        elif each.what in POSTGRES:
            ratio = each.verify_us / each.other_us
            adds = "" if each.what == SESSION else "what it adds to expiry, "
            text = f"{each.what}: {adds}over its client's call {took}"
            yield Claim(text, ratio, OVER_CLIENT_MOST)
        elif each.what in MEMORY_MB_MOST:
            live = f"{each.what}, {denials:,} revocations live"
            over_us = each.verify_us - each.other_us
            yield Claim(f"{live}: microseconds over expiry {took}", over_us, OVER_EXPIRY_US_MOST)
            yield Claim(f"{live}: megabytes", each.memory_mb, MEMORY_MB_MOST[each.what])
        else:
            ratio = each.verify_us / each.other_us
            yield Claim(f"verify, {each.what}'s decode {took}", ratio, OVER_PYJWT_MOST)


@click.command(name="claims")
@click.argument(
    "run", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False)
)
def command(run: Path | None) -> None:
    """Hold what the hot path was built to cost against the records of RUN; fails if one fails.

    Without RUN what no run holds is measured now, in about two minutes: verify beside PyJWT's
    own decode for every algorithm, a signature that is remembered, 10^6 live revocations, and
    checks that ask PostgreSQL beside the call of its client.
    """
    try:
        with interruptible():
            found = _now() if run is None else claims(run)
    except Interrupted as exc:
        click.echo(f"bench: {exc}", err=True)
        sys.exit(exc.exit_code)
    except (BenchError, RecordError, KeyError) as exc:
        click.echo(f"bench: {exc}", err=True)
        sys.exit(1)
    if not found:
        click.echo(f"bench: {run} has no hot loop to hold claims against", err=True)
        sys.exit(1)
    for claim in found:
        click.echo(claim.line())
    sys.exit(0 if all(claim.holds for claim in found) else 1)


def _now() -> list[Claim]:
    size = Size()
    shows = sys.stderr.isatty()

    def tell(what: str) -> None:
        if shows:
            click.echo(f"\r\x1b[K{what}", nl=False, err=True)

    found = list(compare(size, tell))
    tell("")
    return list(claims_now(found, size.denials))
