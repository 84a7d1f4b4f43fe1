"""What no run holds of a token's hot path, measured now: `python -m bench claims` without a run.

`verify` beside PyJWT's own `decode` of the same token, for every algorithm; a signature that is
remembered; and what knowing 10^6 live revocations adds, with the memory that it takes. Every
comparison is of two calls in turns, in a process of its own, in rounds of random order.
"""

from __future__ import annotations

import gc
import json
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

import psutil

from demo.builtin.alone import FOLLOWING, Alone, a_manager, beside, with_memory

from ..processes.children import BenchError
from ..rivals.pyjwt_decode import decoder

ALGORITHMS = ("HS256", "RS256", "PS256", "ES256", "EdDSA")
REMEMBERED = "remembered"
POOL = 1_000
WARM_SHARE = 0.1
OVER_PYJWT_MOST = 1.0
REMEMBERED_US_MOST = 6.0
MEMORY_MB_MOST = {"snapshot": 150.0, "pushed": 150.0, "statuslist": 8.0, "filter": 8.0}
"""For 10^6, as docs/revocation.md has it, with room for allocators that round otherwise."""

Call = Callable[[str], object]


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    rounds: int = 5
    filled_rounds: int = 2
    """Of those strategies that a million denials are made for first."""
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
    """Every comparison; *tell* is given the name of what is under way."""
    cases = {f"{each} beside PyJWT": partial(_beside_pyjwt, each, size) for each in ALGORITHMS}
    cases[REMEMBERED] = partial(_remembered, size)
    cases |= {each: partial(_following, each, size) for each in FOLLOWING}
    seen: dict[str, list[dict[str, float]]] = {what: [] for what in cases}
    for round_ in range(size.rounds):
        order = [w for w in cases if w not in FOLLOWING or round_ < size.filled_rounds]
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
    return _in_turns(alone.manager.verify, issued, decode, issued, size.calls)


def _remembered(size: Size) -> dict[str, float]:
    plain = a_manager("HS256")
    remembering = with_memory(plain, 4 * POOL)
    issued = _issue(plain)
    for each in issued:
        remembering.manager.verify(each)
    return _in_turns(remembering.manager.verify, issued, plain.manager.verify, issued, size.calls)


def _following(strategy: str, size: Size) -> dict[str, float]:
    expiry = a_manager("HS256")
    following, learn = beside(expiry, strategy, size.denials)
    gc.collect()
    before = psutil.Process().memory_info().rss
    learn()
    gc.collect()
    grown_mb = (psutil.Process().memory_info().rss - before) / 1e6
    verify, other = following.manager.verify, expiry.manager.verify
    found = _in_turns(verify, _issue(following), other, _issue(expiry), size.calls)
    return found | {"mb": grown_mb}


def _issue(alone: Alone) -> list[str]:
    return [alone.manager.issue(f"caller-{number}").credential for number in range(POOL)]


def _in_turns(
    verify: Call, its: Sequence[str], other: Call, others: Sequence[str], calls: int
) -> dict[str, float]:
    """The median of each in microseconds; one call of one, one call of the other."""
    now = time.perf_counter_ns
    gc.collect()
    gc.freeze()
    gc.disable()
    took_ns: list[int] = []
    other_ns: list[int] = []
    warm = round(calls * WARM_SHARE)
    for call in range(-warm, calls):
        place = call % len(its)
        # Whoever comes second finds the token's bytes at hand, so they take turns in that too.
        pairs = [(verify, its, took_ns), (other, others, other_ns)]
        for act, credentials, kept in pairs if call % 2 else reversed(pairs):
            credential = credentials[place]
            started = now()
            act(credential)
            taken = now() - started
            if call >= 0:
                kept.append(taken)
    gc.enable()
    return {"us": median(took_ns) / 1e3, "other_us": median(other_ns) / 1e3, "mb": 0.0}


def _apart(what: str, act: Callable[[], dict[str, float]]) -> dict[str, float]:
    """What *act* gives, done in a process of its own."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        with os.fdopen(writer, "w") as file:
            try:
                said = json.dumps(act())
            except Exception as exc:  # whatever it is, the bench says it
                said = json.dumps(f"{type(exc).__name__}: {exc}")
            file.write(said)
        # No clean-up of what the parent still uses.
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as file:
        found = json.loads(file.read() or '"it was ended"')
    os.waitpid(child, 0)
    if not isinstance(found, dict):
        raise BenchError(f"{what} could not be measured: {found}")
    return found
