"""What /wire shows: one step of the story, under a session and under a token."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from ..builtin.teaching import ALGORITHMS, STRATEGIES, Choice
from ..filters import decoded, moment
from .diagram import Diagram, draw, duration
from .onwire import Line, Second, answer_lines, as_curl, over_http2, request_lines, size
from .setcookie import Piece, pieces
from .story import STEPS, Exchange, Side, tell

TRANSPORTS = ("cookie", "bearer")
CHOICES = (
    ("carried", "How it is carried", TRANSPORTS),
    ("algorithm", "How it is signed", ALGORITHMS),
    ("revoked", "How it is called back", STRATEGIES),
)


@dataclass(frozen=True)
class Verified:
    """Who found a credential good, with what, where and when."""

    by: str
    node: str
    at: str
    took: str


@dataclass(frozen=True)
class Shown:
    """One exchange of one side, ready to be put on the page."""

    name: str
    kind: str
    asked: list[Line]
    answered: list[Line]
    asked_bytes: int
    answered_bytes: int
    second: Second | None
    diagram: Diagram
    exchange: Exchange
    total: str
    inside: str
    curl: str
    cookies: list[list[Piece]]
    credential: str | None
    decoded: Mapping[str, str] | None
    verified: Verified | None


class Stories:
    """Recorded stories by choice: one of each, recorded when somebody first asks for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: dict[Choice, tuple[Side, Side]] = {}

    def of(self, choice: Choice) -> tuple[Side, Side]:
        """Return the record of *choice*."""
        with self._lock:
            if choice not in self._told:
                self._told[choice] = tell(choice)
            return self._told[choice]

    def again(self, choice: Choice) -> None:
        """Record *choice* again; not while another recording is under way."""
        # Nobody waits here: a recording checks passwords, and whoever asks for many of them must
        # not hold every thread of the app.
        if self._lock.acquire(blocking=False):
            try:
                self._told[choice] = tell(choice)
            finally:
                self._lock.release()


def read_choice(fields: Mapping[str, str]) -> Choice:
    """Return the token that was chosen; what is no choice is the first one."""
    return Choice(
        cast(Any, _one_of(TRANSPORTS, fields.get("carried"))),
        cast(Any, _one_of(ALGORITHMS, fields.get("algorithm"))),
        cast(Any, _one_of(STRATEGIES, fields.get("revoked"))),
    )


def fields(choice: Choice) -> dict[str, str]:
    """Return *choice* as the page's address has it."""
    return {
        "carried": choice.transport,
        "algorithm": choice.algorithm,
        "revoked": choice.strategy,
    }


def read_step(text: str | None) -> int:
    """Return the number of a step, from 1; the first one for what is none."""
    return int(text) if text in {str(n + 1) for n in range(len(STEPS))} else 1


def shown(sides: tuple[Side, Side], number: int, base: str) -> list[Shown]:
    """Return both sides of step *number*."""
    return [_side(side, number - 1, base) for side in sides]


def overview(sides: tuple[Side, Side]) -> list[dict[str, Any]]:
    """Return bytes and durations of every step, side by side."""
    rows = []
    for number, step in enumerate(STEPS):
        cells = [_figures(side.exchanges[number]) for side in sides]
        rows.append({"number": number + 1, "title": step.title, "cells": cells})
    return rows


def _figures(exchange: Exchange) -> dict[str, Any]:
    store = [call for call in exchange.calls if call.place == "store"]
    return {
        "credential": len(exchange.credential or ""),
        "bytes": size(request_lines(exchange.sent, ())) + size(answer_lines(exchange.answer, ())),
        "store": f"{len(store)}",
        "inside": _inside(exchange),
        "status": exchange.answer.status,
    }


def _side(side: Side, index: int, base: str) -> Shown:
    exchange = side.exchanges[index]
    secrets = [each.credential for each in side.exchanges if each.credential]
    asked = request_lines(exchange.sent, secrets)
    answered = answer_lines(exchange.answer, secrets)
    over_two = over_http2(side)
    credential = exchange.credential or _given(side, index)
    return Shown(
        side.scheme.name,
        side.scheme.kind,
        asked,
        answered,
        size(asked),
        size(answered),
        over_two[index] if over_two else None,
        draw(exchange, size(asked), size(answered)),
        exchange,
        duration(exchange.total_ns),
        _inside(exchange),
        as_curl(exchange.sent, base, side.scheme.transport),
        [pieces(header) for header in exchange.answer.all("Set-Cookie")],
        credential,
        decoded(credential) if credential else None,
        _verified(exchange),
    )


def _given(side: Side, index: int) -> str | None:
    """Return the credential that the client holds after a login: the next request carries it."""
    return side.exchanges[index + 1].credential if index == 0 else None


def _inside(exchange: Exchange) -> str:
    """Return how long the server spent on knowing its caller; a password is another matter."""
    return duration(sum(call.ns for call in exchange.calls if call.place != "password"))


def _verified(exchange: Exchange) -> Verified | None:
    if exchange.credential is None:
        return None
    node, at = exchange.answer.header("X-Node") or "", moment(exchange.at)
    if exchange.verified is not None:
        key = decoded(exchange.verified) or {}
        took = next(c.ns for c in exchange.calls if (c.place, c.what) == ("key", "verify"))
        return Verified(_key(key["header"]), node, at, duration(took))
    looked = [call for call in exchange.calls if call.what in ("read", "delete")]
    if not looked or exchange.answer.status == 401:
        return None
    return Verified("looked up in the store, by its SHA-256", node, at, duration(looked[0].ns))


def _key(header: str) -> str:
    found = json.loads(header)
    return f"signature good: key {found['kid']}, algorithm {found['alg']}"


def _one_of(known: tuple[str, ...], given: str | None) -> str:
    return given if given in known else known[0]
