"""What one scheme weighs, as cells: on the wire, compressed, at its limit and in its store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from demo.auth import Settings
from demo.schemes import build_mount

from ..caller import Caller, Refused
from ..nodes import Node
from ..processes.children import BenchError
from ..records import Arm, Cell
from .compression import POLICIES, block_bytes
from .issuing import typical
from .limits import Limit, find_limit
from .sharing import BROWSER_FIELDS, USERS, cliff_bytes, shared_bytes
from .sizing import (
    bare_request_bytes,
    credential_of,
    grow,
    http2_fields,
    log_in,
    steady_bytes,
)
from .storing import measure_store
from .wire import Connection

STEADY_REQUEST = 3
"""By the third request on a connection the tables have settled."""


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
            return list(_scheme_cells(arm, connection, node, alias, claims, settings))
    except (Refused, OSError) as exc:
        raise BenchError(f"{arm.name}: {exc}") from exc


def store_cells(
    arm: Arm, redis_url: str | None, postgres_url: str | None, settings: Settings
) -> list[Cell]:
    """What *arm* keeps in its store; nothing for one that has none."""
    assert settings.keys_file is not None, "nodes share their keys by this file"
    found = measure_store(arm.scheme, redis_url, settings.keys_file, postgres_url=postgres_url)
    if found is None:
        return []
    figures = {
        # Means of many: instants differ in their digits, and allocators round.
        "store_bytes_per_session": float(round(found.per_session)),
        "store_bytes_per_revocation": float(round(found.per_revocation)),
    }
    return [_cell(arm, figures, labels={"store": arm.store})]


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
    arm: Arm,
    connection: Connection,
    node: Node,
    alias: str,
    claims: Sequence[int],
    settings: Settings,
) -> Iterator[Cell]:
    base = node.base(alias)
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
    # As the node has it under this alias: a mount has an audience and a store of its own.
    scheme = build_mount(alias, arm.scheme, settings, site=True)
    try:
        for counted in grown:
            usual = typical(scheme, caller, counted.claims)
            yield from _http2_cells(arm, usual, counted.claims)
            if counted.claims == 0:
                yield from _shared_cells(arm, usual)
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


def _shared_cells(arm: Arm, caller: Caller) -> Iterator[Cell]:
    """What compression does for a proxy's connection, and up to which size of a credential."""
    fields = http2_fields(caller)
    without = [field for field in fields if field[0] not in ("authorization", "cookie")]
    secret = credential_of(caller)
    for policy in POLICIES:
        labels = {"header_policy": policy}
        bare = block_bytes(policy, without, STEADY_REQUEST)[-1]
        for users in USERS:
            whole = shared_bytes(policy, fields, secret, users)
            figures = {
                "request_bytes_h2_steady": whole - bare,
                "request_bytes_h2_steady_total": whole,
            }
            conditions = {"claims": 0.0, "users": float(users)}
            yield replace(_cell(arm, figures, labels=labels), conditions=conditions)
        cliff = cliff_bytes(policy, fields, secret)
        if cliff is not None:
            yield _cell(arm, {"h2_cliff_bytes": float(cliff)}, labels=labels)
    of_a_page = [field for field in fields if field[0] not in ("user-agent", "accept")]
    cliff = cliff_bytes("chromium", [*of_a_page, *BROWSER_FIELDS], secret)
    if cliff is not None:
        labels = {"header_policy": "chromium", "fields": "browser"}
        yield _cell(arm, {"h2_cliff_bytes": float(cliff)}, labels=labels)


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
