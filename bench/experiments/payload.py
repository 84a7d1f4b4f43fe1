"""Payload size: what being known weighs, in every request, in answers and in the store.

Counts at the socket are exact and equal on every machine: fixed headers, fixed names, mounts
alike in length. HTTP/2 weighs the characters of a credential, so there the typical one of several
is counted, to within two bytes; what a store takes is a mean, to within one part in a hundred.
What a cell holds is in docs/records.md.
"""

from __future__ import annotations

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from msgspec.structs import replace

from demo.auth import Settings

from ..nodes import start_nodes
from ..payload.cells import store_cells, wire_cells
from ..payload.peers import peer_cells
from ..processes.children import BenchError
from ..records import Cell

if TYPE_CHECKING:
    from ..context import Context

_LETTERS = "012aceiost"
"""Each takes five bits in HPACK's Huffman code: paths made of these weigh alike there, too."""


def run(context: Context) -> None:
    """Measure every arm and save its cells."""
    services = context.services
    settings = Settings(store_url=" ".join(services.store_urls), keys_file=services.keys_file)
    # The second control is there to compare times; its bytes are those of the first.
    arms = [arm for arm in context.arms if arm.name == arm.scheme]
    mounts = dict(zip(aliases(len(arms)), arms, strict=True))
    with (
        # The peers are other programs, and what is counted are bytes: nobody disturbs anybody.
        ThreadPoolExecutor(1) as beside,
        start_nodes(
            1,
            [f"{alias}={arm.scheme}" for alias, arm in mounts.items()],
            store_urls=services.store_urls,
            keys_file=services.keys_file,
            folder=services.folder,
            timing=False,
        ) as nodes,
    ):
        peers = beside.submit(lambda: list(peer_cells(services.folder)))
        for number, (alias, arm) in enumerate(mounts.items()):
            context.progress.advance(number / len(mounts), arm.name)
            started_at = time.time()
            cells = [
                *wire_cells(arm, nodes[0], alias, context.plan.payload_claims, settings),
                *store_cells(arm, services.redis_url, services.postgres_url, settings),
            ]
            for cell in cells:
                _save(context, cell, started_at)
        context.progress.advance(1.0, "servers and browser")
        for cell in peers.result():
            _save(context, cell, time.time())


def _save(context: Context, cell: Cell, started_at: float) -> None:
    identifier = context.next_id("payload", "", 0, cell.arm)
    context.keep(replace(cell, id=identifier, started_at=started_at))


def aliases(number: int) -> list[str]:
    """As many names to mount schemes under, alike in length and in their Huffman code."""
    pairs = itertools.islice(itertools.product(_LETTERS, repeat=2), number)
    found = ["".join(pair) for pair in pairs]
    if len(found) < number:
        raise BenchError(f"payload can compare {len(found)} schemes at once, not {number}")
    return found
