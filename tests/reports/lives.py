"""Draws the prices of a login's life, and whole journeys that cost what the prices say."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import starmap
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.records import Cell, Recorded, write_part
from reports.measures.life import first_after

from .truths import Ids

SESSION, TOKEN = "session-cookie-redis", "token-bearer-hs256-expiry"
PRICES_US = {
    SESSION: {
        "login": 400.0,
        "check": 100.0,
        "update": 300.0,
        "renewal": 700.0,
        "touch": 270.0,
        "logout": 200.0,
        "revocation": 250.0,
        "logout-everywhere": 260.0,
    },
    TOKEN: {
        "login": 450.0,
        "check": 60.0,
        "update": 350.0,
        "renewal": 660.0,
        "logout": 250.0,
        "revocation": 300.0,
        "logout-everywhere": 310.0,
    },
}
BARE_US, LOGIN_US, LOGIN_STORE_US = 300.0, 1_000.0, 120.0
PACE = 1.25
PAIRS, ROUNDS = 40, 6
SLOW = (1.0, 1.0, 2.0, 1.0, 1.8, 1.0)
"""Somebody else had the machine for a while: everything took so many times as long."""
SENT_BYTES, BASE_BYTES = 500, 100

Drawn = Iterator[tuple[Cell, dict[str, NDArray[np.int64]]]]


def write(folder: Path, seed: int = 1, off: float = 1.0) -> None:
    """Add prices, and journeys that cost *off* times what they should, to the run in *folder*."""
    rng, ids = np.random.default_rng(seed), Ids()
    write_part(folder, None, starmap(Recorded, [*_prices(rng, ids), *_lives(ids, off)]))


def _prices(rng: np.random.Generator, ids: Ids) -> Drawn:
    for scheme, events in PRICES_US.items():
        for event, price in events.items():
            for round_ in range(ROUNDS):
                bare = LOGIN_US - LOGIN_STORE_US if event == "login" else BARE_US
                in_store = LOGIN_STORE_US if event == "login" else 0.0
                noise = rng.normal(0.0, 5.0, (2, PAIRS))
                slow = SLOW[round_]
                burst = np.where(np.arange(PAIRS) < 3, 5_000.0, 0.0)  # somebody else's
                arrays = {
                    "app_ns": _ns(slow * (bare + 0.75 * price + noise[0] + burst)),
                    "store_ns": _ns(slow * np.full(PAIRS, in_store + 0.25 * price)),
                    "base_app_ns": _ns(slow * (bare + noise[1])),
                    "base_store_ns": _ns(slow * np.full(PAIRS, in_store)),
                    "latency_ns": _ns(np.full(PAIRS, 1_500.0)),
                }
                figures = {"events": float(PAIRS), "reads": 2.0 * PAIRS, "writes": 1.0 * PAIRS}
                figures |= {"sent_bytes": 1.0 * SENT_BYTES * PAIRS, "received_bytes": 0.0}
                figures |= {f"base_{name}": 0.0 for name in ("reads", "received_bytes")}
                figures |= {"base_sent_bytes": 1.0 * BASE_BYTES * PAIRS, "base_writes": 1.0 * PAIRS}
                cell = Cell(
                    id=ids("journey", event, f"b{round_:02d}", scheme),
                    measure="journey",
                    layer="price",
                    arm=scheme,
                    block=round_,
                    labels={"event": event},
                    figures=figures,
                )
                yield cell, arrays


def _lives(ids: Ids, off: float) -> Drawn:
    for scheme, every_s in ((SESSION, 0.5), (TOKEN, 0.5), (TOKEN, 0.1)):
        counts = {"check": 900, "update": 100, "login": 25, "logout": 25, "renewal": 0}
        prices = PRICES_US[scheme]
        spent = sum(count * prices[event] for event, count in counts.items())
        first = first_after(1.0 / every_s, 40.0)
        if scheme == TOKEN:
            counts["renewal"] = round(1_000 * first)
            spent += 1_000 * first * prices["renewal"]
        else:
            touched = first_after(0.2 / every_s, 40.0)
            spent += 900 * touched * (prices["touch"] - prices["check"])
        plain = sum(counts.values()) - counts["login"]
        own_us = PACE * (plain * BARE_US + 25 * LOGIN_US + off * spent)
        seconds = 4.0
        figures = {
            "app_ns": own_us * 1e3,
            # The logins under control are at the store, too.
            "store_ns": PACE * 20 * LOGIN_STORE_US * 1e3,
            "control_app_ns": PACE * (800 * BARE_US + 20 * (LOGIN_US - LOGIN_STORE_US)) * 1e3,
            "seconds": seconds,
            "users": 1_025 * every_s / seconds,
            "token_s": 1.0,
            "touch_s": 0.2,
        }
        control = {"check": 800, "update": 0, "login": 20, "logout": 0, "renewal": 0}
        figures |= {event: float(count) for event, count in counts.items()}
        figures |= {f"control_{event}": float(count) for event, count in control.items()}
        cell = Cell(
            id=ids("journey", "life", scheme),
            measure="journey",
            layer="life",
            arm=scheme,
            conditions={"requests_per_token": 1.0 / every_s},
            labels={"role": "held-out"},
            figures=figures,
        )
        yield cell, {"kind": _kinds(counts), "control_kind": _kinds(control)}


def _kinds(counts: dict[str, int]) -> NDArray[np.int64]:
    order = ("login", "check", "update", "renewal", "logout")
    return np.repeat(np.arange(len(order)), [counts[event] for event in order])


def _ns(us: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.rint(us * 1e3).astype(np.int64)


def crossing_s(token_s: float) -> float:
    """Return where both cost the same, by halving; logins are so long that they hardly count."""
    low, high = math.log(0.1), math.log(3_600.0)
    for _ in range(60):
        every_s = math.exp((low + high) / 2)
        if _apart_us(every_s, token_s) < 0:
            low = math.log(every_s)
        else:
            high = math.log(every_s)
    return math.exp(low)


def _apart_us(every_s: float, token_s: float) -> float:
    """Return by how much the token costs more, for a login of eight hours."""
    token, session = PRICES_US[TOKEN], PRICES_US[SESSION]
    ends = (token["login"] + token["logout"] - session["login"] - session["logout"]) * every_s
    renewed, touched = 1 / (1 + token_s / every_s), 1 / (1 + 60 / every_s)
    read = token["check"] - session["check"] - touched * (session["touch"] - session["check"])
    written = token["update"] - session["update"]
    return 0.95 * read + 0.05 * written + renewed * token["renewal"] + ends / 28_800
