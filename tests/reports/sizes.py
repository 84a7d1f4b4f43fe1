"""Draws the byte counts of a synthetic run, and the limits of servers, browsers and HPACK."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.records import Cell

from .truths import Ids, Shape, Truth

Drawn = Iterable[tuple[Cell, dict[str, NDArray[Any]]]]
CLAIMS = (0, 4, 16, 64, 128)
HPACK_TABLE_BYTES = 4_096
USERS = (1, 10, 100)
SERVERS = {"granian": 65_536.0, "gunicorn": 8_190.0}


def payload(truth: Truth, shape: Shape, rng: np.random.Generator, ids: Ids) -> Drawn:
    for name, over_control in truth.request_bytes.items():
        for claims in CLAIMS:
            yield _request(name, over_control, claims, ids), {}
            yield _http2(name, over_control, claims, ids), {}
        for users in USERS:
            yield _shared(name, over_control, users, ids), {}
    for server, limit in SERVERS.items():
        figures = {"header_field_limit_bytes": limit, "status_beyond": 431.0}
        yield _limits(ids, {"server": server}, figures), {}
    yield _limits(ids, {"browser": "chromium"}, {"silent_cookie_bytes": 4_097.0}), {}


def _size(name: str, over_control: float, claims: int) -> float:
    return over_control + (claims * 32.0 if name.startswith("token") else 0.0)


def _request(name: str, over_control: float, claims: int, ids: Ids) -> Cell:
    token = name.startswith("token")
    figures = {
        "request_bytes": _size(name, over_control, claims),
        "response_bytes": 420.0,
        "response_bytes_login": 610.0 + over_control * 1.5,
    }
    if claims == 0 and over_control:
        figures["store_bytes_per_session"] = 0.0 if token else 312.0
        figures["bytes_per_claim"] = 32.0 if token else 0.0
        if name.endswith("denylist-redis"):
            figures["store_bytes_per_revocation"] = 96.0
    return Cell(
        id=ids("payload", f"c{claims}", name),
        measure="payload",
        arm=name,
        conditions={"claims": float(claims)},
        figures=figures,
    )


def _http2(name: str, over_control: float, claims: int, ids: Ids) -> Cell:
    """Indexed headers are repeated in a byte or two, until they no longer fit the table."""
    first = round(_size(name, over_control, claims) * 0.8)
    fits = _size(name, over_control, claims) < HPACK_TABLE_BYTES
    return Cell(
        id=ids("payload", "h2", name),
        measure="payload",
        arm=name,
        conditions={"claims": float(claims)},
        labels={"header_policy": "chromium"},
        figures={
            "request_bytes_h2_first": float(first),
            "request_bytes_h2_steady": float(min(first, 1) if fits else first),
        },
    )


def _shared(name: str, over_control: float, users: int, ids: Ids) -> Cell:
    """As long as everybody's header fits the table together, each is an index of a byte."""
    fits = users * over_control < HPACK_TABLE_BYTES
    return Cell(
        id=ids("payload", f"u{users}", name),
        measure="payload",
        arm=name,
        conditions={"claims": 0.0, "users": float(users)},
        labels={"header_policy": "chromium"},
        figures={"request_bytes_h2_steady": min(1.0, over_control) if fits else over_control},
    )


def _limits(ids: Ids, labels: dict[str, str], figures: dict[str, float]) -> Cell:
    return Cell(
        id=ids("payload", "limits"),
        measure="payload",
        arm="control",
        labels=labels,
        figures=figures,
    )
