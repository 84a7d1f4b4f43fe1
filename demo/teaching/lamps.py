"""Watches one login on every node: lit while it is accepted, and how soon after a revoke it is not.

Each node is asked again and again by a thread of its own, over a socket, as a client would.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Literal

from ..contract.visitor import Send, Visitor, over_sockets
from .cluster import Node

LASTS_S = 300.0
INTERVALS_MS = (20, 100, 500)

State = Literal["unknown", "lit", "dark", "unsure", "down"]
WORDS: Mapping[State, str] = {
    "unknown": "not asked yet",
    "lit": "lets Alice in",
    "dark": "refuses",
    "unsure": "503: cannot tell",
    "down": "does not answer",
}


@dataclass
class Lamp:
    """What one node said last, and since when it refuses."""

    state: State = "unknown"
    asked: int = 0
    last_accepted_ms: float | None = None
    """When it was last asked and accepted, after the revoke."""
    refused_ms: float | None = None
    """When its first refusal after the revoke had come."""
    again: bool = False
    """Whether it accepted after it had refused."""

    def words(self, revoked: bool) -> str:
        """Return what is to be read beside the lamp."""
        said = WORDS[self.state]
        if not revoked:
            return said
        if self.state == "lit" and self.last_accepted_ms is not None:
            return f"{said}, still after {self.last_accepted_ms:.0f} ms"
        if self.refused_ms is not None:
            again = "; it let Alice in again in between" if self.again else ""
            return f"{said} after {self.refused_ms:.0f} ms{again}"
        return said


class Watched:
    """One login under one scheme, watched on every node until it is ended or five minutes old."""

    def __init__(self, mount: str, nodes: Sequence[Node], interval_ms: int) -> None:
        self.mount = mount
        self.interval_ms = interval_ms
        self.lamps = {node.name: Lamp() for node in nodes}
        self.revoked_at: float | None = None
        self.achieved = ""
        self._nodes = nodes
        self._began = monotonic()
        self._done = threading.Event()
        self._visitor = Visitor(self._over(nodes[0]), f"/s/{mount}", "lamps")

    @property
    def running(self) -> bool:
        """Whether the nodes are still being asked."""
        return not self._done.is_set() and monotonic() - self._began < LASTS_S

    def begin(self) -> str:
        """Log in on a node and ask all of them from now on; give what went wrong, or nothing."""
        problem = self._ask_running(lambda: self._visitor.log_in().status, 200)
        if problem:
            self._done.set()
            return problem
        for node in self._nodes:
            threading.Thread(target=self._follow, args=(node,), daemon=True).start()
        return ""

    def revoke(self) -> str:
        """Log out on a node; give what went wrong, or nothing."""
        if self.revoked_at is not None:
            return ""
        leaver = self._visitor.copy()
        began = monotonic()

        def log_out() -> int:
            nonlocal began
            began = monotonic()
            answer = leaver.post("/logout")
            if answer.status == 200:
                self.achieved = str(answer.json["revocation"]["strength"])
            return answer.status

        # Set before the answer: a node may refuse sooner than this one has said that it will.
        self.revoked_at = began
        problem = self._ask_running(log_out, 200, leaver)
        self.revoked_at = None if problem else began
        return problem

    def end(self) -> None:
        """Ask no more."""
        self._done.set()

    def described(self) -> dict[str, dict[str, str]]:
        """Return state and words of each lamp by the name of its node."""
        revoked = self.revoked_at is not None
        return {
            name: {"state": lamp.state, "words": lamp.words(revoked)}
            for name, lamp in self.lamps.items()
        }

    def _ask_running(
        self, ask: Callable[[], int], wanted: int, visitor: Visitor | None = None
    ) -> str:
        for node in self._nodes:
            if node.running:
                (visitor or self._visitor).send = self._over(node)
                try:
                    status = ask()
                except (OSError, http.client.HTTPException) as exc:
                    return f"{node.name} does not answer: {exc}"
                if status == 503:
                    return f"{node.name} answers 503: it cannot reach the store"
                return "" if status == wanted else f"{node.name} answers {status}"
        return "no node is running"

    def _over(self, node: Node) -> Send:
        return over_sockets(f"{node.base}/s/{self.mount}")

    def _follow(self, node: Node) -> None:
        lamp, visitor = self.lamps[node.name], self._visitor.copy()
        while self.running:
            asked_at = monotonic()
            visitor.send = self._over(node)
            self._note(lamp, asked_at, _state(visitor))
            self._done.wait(self.interval_ms / 1000)

    def _note(self, lamp: Lamp, asked_at: float, state: State) -> None:
        lamp.state = state
        lamp.asked += 1
        revoked_at = self.revoked_at
        if revoked_at is None or asked_at < revoked_at:
            return
        if state == "lit":
            lamp.last_accepted_ms = (asked_at - revoked_at) * 1000
            lamp.again = lamp.again or lamp.refused_ms is not None
        elif state == "dark" and lamp.refused_ms is None:
            lamp.refused_ms = (monotonic() - revoked_at) * 1000


def _state(visitor: Visitor) -> State:
    try:
        status = visitor.get("/me").status
    except (OSError, http.client.HTTPException):
        return "down"
    known: Mapping[int, State] = {200: "lit", 401: "dark", 503: "unsure"}
    return known.get(status, "unsure")
