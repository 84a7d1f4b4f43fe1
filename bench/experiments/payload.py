"""Payload size: what being known weighs, in every request, in answers and in the store.

Counts at the socket are exact and equal on every machine: fixed headers, fixed names, mounts
alike in length. HTTP/2 weighs the characters of a credential, so there the typical one of several
is counted, to within two bytes; what a store takes is a mean, to within one part in a hundred.
What a cell holds is in docs/record-format.md.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from demo.auth import Settings
from demo.schemes import build

from ..caller import Caller, Refused
from ..nodes import Node, start_nodes
from ..payload.compression import POLICIES, block_bytes
from ..payload.issuing import typical
from ..payload.limits import Limit, find_limit
from ..payload.sizing import bare_request_bytes, grow, http2_fields, log_in, steady_bytes
from ..payload.storing import measure_store
from ..payload.wire import Connection
from ..processes.children import BenchError
from ..records import Arm, Cell, write_cell

if TYPE_CHECKING:
    from ..context import Context

_LETTERS = "012aceiost"
"""Each takes five bits in HPACK's Huffman code: paths made of these weigh alike there, too."""
STEADY_REQUEST = 3
"""By the third request on a connection the tables have settled."""


def run(context: Context) -> None:
    """Measure every arm and save its cells."""
    services = context.services
    settings = Settings(store_url=" ".join(services.store_urls), keys_file=services.keys_file)
    # The second control is there to compare times; its bytes are those of the first.
    arms = [arm for arm in context.arms if arm.name == arm.scheme]
    mounts = dict(zip(aliases(len(arms)), arms, strict=True))
    with start_nodes(
        1,
        [f"{alias}={arm.scheme}" for alias, arm in mounts.items()],
        store_urls=services.store_urls,
        keys_file=services.keys_file,
        folder=services.folder,
        timing=False,
    ) as nodes:
        for number, (alias, arm) in enumerate(mounts.items()):
            context.progress.advance(number / len(mounts), arm.name)
            started_at = time.time()
            cells = [
                *wire_cells(arm, nodes[0], alias, context.plan.payload_claims, settings),
                *store_cells(arm, services.redis_url, settings),
            ]
            for cell in cells:
                identifier = context.next_id("payload", "", 0, arm.name)
                write_cell(context.folder, replace(cell, id=identifier, started_at=started_at))


def aliases(number: int) -> list[str]:
    """As many names to mount schemes under, alike in length and in their Huffman code."""
    pairs = itertools.islice(itertools.product(_LETTERS, repeat=2), number)
    found = ["".join(pair) for pair in pairs]
    if len(found) < number:
        raise BenchError(f"payload can compare {len(found)} schemes at once, not {number}")
    return found


def wire_cells(
    arm: Arm, node: Node, alias: str, claims: Sequence[int], settings: Settings
) -> list[Cell]:
    """The cells of *arm*, mounted as *alias*, without IDs: what it weighs on the wire.

    Raises BenchError if the app does not answer as it must.
    """
    try:
        with Connection(node.host, node.port) as connection:
            if arm.mechanism == "control":
                return list(_control_cells(arm, connection, node.base(alias)))
            return list(_scheme_cells(arm, connection, node.base(alias), claims, settings))
    except (Refused, OSError) as exc:
        raise BenchError(f"{arm.name}: {exc}") from exc


def store_cells(arm: Arm, redis_url: str | None, settings: Settings) -> list[Cell]:
    """What *arm* keeps in its store; nothing for one that keeps all in process memory."""
    assert settings.keys_file is not None, "nodes share their keys by this file"
    found = measure_store(arm.scheme, redis_url, settings.keys_file)
    if found is None:
        return []
    figures = {
        # Means of many: instants differ in their digits, and allocators round.
        "store_bytes_per_session": float(round(found.per_session)),
        "store_bytes_per_revocation": float(round(found.per_revocation)),
    }
    return [_cell(arm, figures)]


def _control_cells(arm: Arm, connection: Connection, base: str) -> Iterator[Cell]:
    """What the others are compared with; its own credential weighs nothing."""
    caller, login_bytes = log_in(connection, base)
    response = caller.expect("GET", "/me")
    figures = {
        "request_bytes": float(response.sent_bytes - bare_request_bytes(base)),
        "request_bytes_total": float(response.sent_bytes),
        "response_bytes": float(steady_bytes(response)),
        "response_bytes_login": float(login_bytes),
    }
    yield _cell(arm, figures, claims=0)
    yield from _http2_cells(arm, caller, 0)


def _scheme_cells(
    arm: Arm, connection: Connection, base: str, claims: Sequence[int], settings: Settings
) -> Iterator[Cell]:
    caller, login_bytes = log_in(connection, base)
    bare = bare_request_bytes(base)
    grown = list(grow(caller, [0, *claims]))
    for counted in grown:
        figures = {
            "request_bytes": float(counted.request_bytes),
            "request_bytes_total": float(counted.request_bytes + bare),
            "response_bytes": float(counted.response_bytes),
            "credential_bytes": float(counted.credential_bytes),
        }
        if counted.claims == 0:
            figures["response_bytes_login"] = float(login_bytes)
        yield _cell(arm, figures, claims=counted.claims)
    first, last = grown[0], grown[-1]
    if last.claims > first.claims:
        added = last.request_bytes - first.request_bytes
        yield _cell(arm, {"bytes_per_claim": added / (last.claims - first.claims)})
    scheme = build(arm.scheme, settings)
    try:
        for counted in grown:
            yield from _http2_cells(arm, typical(scheme, caller, counted.claims), counted.claims)
        yield _limit_cell(arm, find_limit(scheme, caller))
    finally:
        scheme.close()


def _limit_cell(arm: Arm, limit: Limit) -> Cell:
    labels = {"refused_by": limit.refused_by, "reason": limit.reason}
    return _cell(arm, {"claims_max": float(limit.claims)}, labels=labels)


def _http2_cells(arm: Arm, caller: Caller, claims: int) -> Iterator[Cell]:
    """One cell a policy; the figures are over the same request without a credential."""
    fields = http2_fields(caller)
    without = [field for field in fields if field[0] not in ("authorization", "cookie")]
    for policy in POLICIES:
        blocks = block_bytes(policy, fields, STEADY_REQUEST)
        bare = block_bytes(policy, without, STEADY_REQUEST)
        figures = {
            "request_bytes_h2_first": float(blocks[0] - bare[0]),
            "request_bytes_h2_steady": float(blocks[-1] - bare[-1]),
            "request_bytes_h2_first_total": float(blocks[0]),
            "request_bytes_h2_steady_total": float(blocks[-1]),
        }
        yield _cell(arm, figures, claims=claims, labels={"header_policy": policy})


def _cell(
    arm: Arm,
    figures: dict[str, float],
    *,
    claims: int | None = None,
    labels: dict[str, str] | None = None,
) -> Cell:
    conditions = {} if claims is None else {"claims": float(claims)}
    return Cell(
        id="",
        measure="payload",
        arm=arm.name,
        conditions=conditions,
        labels=labels or {},
        figures=figures,
    )
