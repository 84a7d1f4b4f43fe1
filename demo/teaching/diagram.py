"""A sequence diagram of one exchange: where its lines and words are, for an SVG and for a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from .story import Exchange

WIDTH = 640
TOP = 46
STEP = 30
PLACES = {"client": 60, "app": 335, "store": 580}
NAMES = {"client": "Browser", "app": "Server", "store": "Store"}
DOING = {
    ("password", "check"): "checks the password (Argon2)",
    ("key", "sign"): "signs a token with its key",
    ("key", "verify"): "checks the signature with its key",
    ("store", "create"): "create: keep a new record",
    ("store", "read"): "read: find the record",
    ("store", "touch"): "touch: note the activity",
    ("store", "merge"): "merge: change the data",
    ("store", "replace"): "replace: another key",
    ("store", "delete"): "delete: end it",
    ("store", "deny"): "deny: put it on the list",
    ("store", "is_denied"): "is it on the list?",
}


@dataclass(frozen=True, slots=True)
class Arrow:
    """One line of the diagram."""

    x1: int
    x2: int
    y: int
    text: str
    figure: str
    kind: str
    """`ask`, `answer`, `store` or `self`."""

    @property
    def middle(self) -> float:
        """Where the words are centred."""
        return (self.x1 + self.x2) / 2

    @property
    def head(self) -> str:
        """The points of the arrow's head."""
        back = -8 if self.x2 > self.x1 else 8
        return f"{self.x2},{self.y} {self.x2 + back},{self.y - 4} {self.x2 + back},{self.y + 4}"


@dataclass(frozen=True, slots=True)
class Diagram:
    """Everything that is drawn."""

    arrows: Sequence[Arrow]
    height: int

    @property
    def steps(self) -> list[str]:
        """The same as a list of sentences."""
        return [f"{_WHO[arrow.kind]}: {arrow.text}, {arrow.figure}" for arrow in self.arrows]


_WHO = {
    "ask": "Browser to server",
    "answer": "Server to browser",
    "store": "Server and store",
    "self": "Server",
}


def draw(exchange: Exchange, request_bytes: int, answer_bytes: int) -> Diagram:
    """Return the diagram of what was recorded."""
    client, app, store = PLACES["client"], PLACES["app"], PLACES["store"]
    answer = exchange.answer
    arrows = [Arrow(client, app, 0, _asks(exchange), f"{request_bytes} bytes", "ask")]
    for call in exchange.calls:
        text = DOING.get((call.place, call.what), call.what)
        away = call.place == "store"
        arrows.append(
            Arrow(
                app, store if away else app, 0, text, duration(call.ns), "store" if away else "self"
            )
        )
    status = f"{answer.status} {HTTPStatus(answer.status).phrase}"
    gives = ", with a credential" if _gives(exchange) else ""
    arrows.append(Arrow(app, client, 0, status + gives, f"{answer_bytes} bytes", "answer"))
    placed = [
        Arrow(a.x1, a.x2, TOP + STEP * (n + 1), a.text, a.figure, a.kind)
        for n, a in enumerate(arrows)
    ]
    return Diagram(placed, TOP + STEP * (len(placed) + 1))


def duration(ns: int) -> str:
    """Return a duration in nanoseconds as people read it, three figures at least."""
    if ns < 1000:
        return f"{ns} ns"
    if ns < 1_000_000:
        return f"{ns / 1000:.1f} µs"
    return f"{ns / 1_000_000:.1f} ms"


def _asks(exchange: Exchange) -> str:
    carries = ", with the credential" if exchange.credential else ""
    return f"{exchange.sent.method} {exchange.sent.path}{carries}"


def _gives(exchange: Exchange) -> bool:
    cookies = [c for c in exchange.answer.all("Set-Cookie") if "Max-Age=0" not in c]
    return bool(cookies) or b'"access_token"' in exchange.answer.body
