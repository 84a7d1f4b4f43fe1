"""Which process runs on which core: the generator must not take time from what it measures."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_TOPOLOGY = Path("/sys/devices/system/cpu")


@dataclass(frozen=True)
class Placement:
    """Cores for the server and its store, and for the generator; empty means anywhere."""

    server: tuple[int, ...] = ()
    generator: tuple[int, ...] = ()


def place() -> Placement:
    """Server and store on one core, generator on another; anywhere if there is only one."""
    if not hasattr(os, "sched_getaffinity"):
        return Placement()
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        return Placement()
    server, *others = cores
    # Two threads of one physical core would share its units and caches.
    apart = [core for core in others if core not in _siblings(server)]
    return Placement(server=(server,), generator=((apart or others)[0],))


@contextlib.contextmanager
def running_on(cores: Sequence[int]) -> Iterator[None]:
    """This thread on *cores* meanwhile; where it is if there are none."""
    if not cores or not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _siblings(core: int) -> set[int]:
    try:
        text = (_TOPOLOGY / f"cpu{core}" / "topology" / "thread_siblings_list").read_text(
            encoding="utf-8"
        )
    except OSError:
        return {core}
    found: set[int] = set()
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        if first.isdigit():
            found.update(range(int(first), int(last or first) + 1))
    return found
