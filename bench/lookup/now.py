"""What no run holds of a token's hot path, measured now: `python -m bench claims` without a run.

`verify` beside PyJWT's own `decode` of the same token, for every algorithm; a signature that is
remembered; what knowing 10^6 live revocations adds, with the memory that it takes; and checks that
ask PostgreSQL beside the call of its client. Every comparison is of two calls in turns, in a
process of its own, in rounds of random order.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import random
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from statistics import median

import psutil

from demo.builtin.alone import FOLLOWING, Alone, a_manager, beside, with_memory

from ..processes.children import BenchError
from ..processes.launch import end_with
from ..rivals.pyjwt_decode import decoder
from ..services import Services
from .overclient import POSTGRES, over_client
from .turns import in_turns

ALGORITHMS = ("HS256", "RS256", "PS256", "ES256", "EdDSA")
REMEMBERED = "remembered"
POOL = 1_000
OVER_PYJWT_MOST = 1.0
REMEMBERED_US_MOST = 6.0
MEMORY_MB_MOST = {"snapshot": 150.0, "pushed": 150.0, "statuslist": 8.0, "filter": 8.0}
"""For 10^6, as docs/revocation.md has it, with room for allocators that round otherwise."""


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    rounds: int = 5
    filled_rounds: int = 2
    """Of what a store is filled for first: with a million denials, or with logins."""
    calls: int = 10_000
    denials: int = 1_000_000


@dataclass(frozen=True)
class Beside:
    """One comparison: medians over its rounds."""

    what: str
    verify_us: float
    other_us: float
    memory_mb: float
    """What a process grew by to know what it needs for *verify_us*."""


def compare(size: Size, tell: Callable[[str], None] = lambda _: None) -> Iterator[Beside]:
    """Every comparison, against a PostgreSQL of its own; *tell* is given what is under way."""
    with Services(postgres=True) as services:
        yield from _compare(size, services, tell)


def _compare(size: Size, services: Services, tell: Callable[[str], None]) -> Iterator[Beside]:
    cases = {f"{each} beside PyJWT": partial(_beside_pyjwt, each, size) for each in ALGORITHMS}
    cases[REMEMBERED] = partial(_remembered, size)
    cases |= {each: partial(_following, each, size) for each in FOLLOWING}
    url, keys_file = services.postgres_url or "", services.keys_file
    cases |= {each: partial(over_client, each, url, keys_file, size.calls) for each in POSTGRES}
    seen: dict[str, list[dict[str, float]]] = {what: [] for what in cases}
    for round_ in range(size.rounds):
        filled = {*FOLLOWING, *POSTGRES} if round_ >= size.filled_rounds else set()
        order = [what for what in cases if what not in filled]
        random.Random(round_).shuffle(order)
        for what in order:
            tell(f"{what}, round {round_ + 1} of {size.rounds}")
            seen[what].append(_apart(what, cases[what]))
    for what, found in seen.items():
        yield Beside(what, *(median(each[n] for each in found) for n in ("us", "other_us", "mb")))


def _beside_pyjwt(algorithm: str, size: Size) -> dict[str, float]:
    alone = a_manager(algorithm)
    decode = decoder(alone.algorithm, alone.verifies_with, alone.issuer, alone.audience)
    issued = _issue(alone)
    for each in issued:
        if decode(each)["sub"] != alone.manager.verify(each).subject:
            raise BenchError("PyJWT and verify take a token for two subjects")
    return in_turns(alone.manager.verify, issued, decode, issued, size.calls)


def _remembered(size: Size) -> dict[str, float]:
    plain = a_manager("HS256")
    remembering = with_memory(plain, 4 * POOL)
    issued = _issue(plain)
    for each in issued:
        remembering.manager.verify(each)
    return in_turns(remembering.manager.verify, issued, plain.manager.verify, issued, size.calls)


def _following(strategy: str, size: Size) -> dict[str, float]:
    expiry = a_manager("HS256")
    following, learn = beside(expiry, strategy, size.denials)
    gc.collect()
    before = psutil.Process().memory_info().rss
    learn()
    gc.collect()
    grown_mb = (psutil.Process().memory_info().rss - before) / 1e6
    verify, other = following.manager.verify, expiry.manager.verify
    found = in_turns(verify, _issue(following), other, _issue(expiry), size.calls)
    return found | {"mb": grown_mb}


def _issue(alone: Alone) -> list[str]:
    return [alone.manager.issue(f"caller-{number}").credential for number in range(POOL)]


def _apart(what: str, act: Callable[[], dict[str, float]]) -> dict[str, float]:
    """What *act* gives, done in a process of its own."""
    reader, writer = os.pipe()
    parent, child = os.getpid(), os.fork()
    if child == 0:
        try:
            end_with(parent, signal.SIGKILL)
            os.close(reader)
            with os.fdopen(writer, "w", encoding="utf-8") as file:
                file.write(_said(act))
        finally:
            # No clean-up of what the parent still uses, such as its servers.
            os._exit(0)
    os.close(writer)
    try:
        with os.fdopen(reader, encoding="utf-8") as file:
            found = json.loads(file.read() or '"it was ended"')
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    if not isinstance(found, dict):
        raise BenchError(f"{what} could not be measured: {found}")
    return found


def _said(act: Callable[[], dict[str, float]]) -> str:
    try:
        return json.dumps(act())
    except Exception as exc:  # whatever it is, the bench says it
        return json.dumps(f"{type(exc).__name__}: {exc}")
