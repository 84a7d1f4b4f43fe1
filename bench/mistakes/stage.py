"""One node to make mistakes against, and the two ways to load it: the textbook's, and ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..caller import Caller
from ..driving.generator import Generator
from ..driving.job import Credential, Load
from ..driving.schedule import interleaved
from ..nodes import Node, Nodes
from ..payload.wire import Connection
from ..processes.children import BenchError
from ..processes.locust import locust
from ..processes.placement import Placement
from ..services import Services

CONTROL = "control"
DELAYED = "control-delay-100us"
WITH_STORE = "session-cookie-redis"
SCHEMES = (CONTROL, DELAYED, WITH_STORE)
SUBJECT = "alice"
START_ALLOWANCE_S = 30.0
RAMP_S = 1
"""Locust's clock runs already while it spawns its users."""
_LOCUSTFILE = Path(__file__).with_name("locustfile.py")


@dataclass(frozen=True)
class Told:
    """What Locust said of a closed loop, and what it had been told."""

    table: dict[str, dict[str, float]]
    """By path: `requests`, `failures`, `p50_ms` and `p99_ms` as Locust prints them."""
    times_ms: NDArray[np.float64]
    """Every response time, unrounded."""
    statuses: NDArray[np.int64]
    seconds: float
    """From the first request to the last answer."""

    @property
    def only(self) -> dict[str, float]:
        """The table's one line, where one path was asked for."""
        (line,) = self.table.values()
        return line


@dataclass(frozen=True)
class Stage:
    """A node with the schemes above, and its store."""

    services: Services
    nodes: Nodes
    placement: Placement
    seed: int

    @property
    def node(self) -> Node:
        return self.nodes[0]

    def path(self, scheme: str) -> str:
        """The route that names the caller, under *scheme*."""
        return f"{self.node.base(scheme)}/me"

    def textbook(
        self,
        schemes: Sequence[str],
        seconds: int,
        *,
        users: int = 1,
        wait: str = "",
        log_in: bool = False,
        tick: Callable[[bool], None] = lambda _: None,
    ) -> Told:
        """
        A closed loop of Locust's own; *tick* runs 20 times a second and is told if it has begun.

        *wait* is `throughput:N` a second, `pacing:S` seconds, or nothing for no wait at all.
        """
        result = self.services.folder / "textbook.json"
        began = Path(f"{result}.began")
        result.unlink(missing_ok=True)
        began.unlink(missing_ok=True)
        paths = ",".join(self.path(scheme) for scheme in schemes)
        options: list[str | Path] = ["-f", _LOCUSTFILE]
        options += ["--headless", "--users", str(users), "--spawn-rate", str(users)]
        options += ["--host", f"http://{self.node.host}:{self.node.port}"]
        options += ["--run-time", f"{seconds + RAMP_S:g}s", "--stop-timeout", "2", "--only-summary"]
        options += ["--exit-code-on-error", "0", "--loglevel", "WARNING"]
        options += ["--paths", paths, "--wait", wait, "--result", result]
        options += ["--log-in", self.node.base(schemes[0]) if log_in else ""]
        log = self.services.folder / "textbook.log"
        cores = self.placement.generator
        with locust(options, log, cores) as child:
            code = child.wait(seconds + RAMP_S + START_ALLOWANCE_S, lambda: tick(began.exists()))
        if code != 0 or not result.exists():
            raise BenchError(child.obituary())
        content = json.loads(result.read_text(encoding="utf-8"))
        return Told(
            table=content["table"],
            times_ms=np.array([time_ms for _, time_ms, _ in content["seen"]]),
            statuses=np.array([status for _, _, status in content["seen"]]),
            seconds=content["seconds"],
        )

    def scheduled(
        self,
        schemes: Sequence[str],
        seconds: float,
        rate: float,
        *,
        tick: Callable[[bool], None] = lambda _: None,
    ) -> NDArray[Any]:
        """
        The rows of an open loop of ours: every request leaves when it is due, by a schedule.

        The credential is in the request, and an answer that does not name its owner is no sample:
        `BenchError` if there is one.
        """
        schedule = interleaved([self.seed, len(schemes)], len(schemes), rate, seconds)
        with Generator(self.services.folder, self.placement.generator) as generator:
            loads = [self._load(scheme) for scheme in schemes]
            rows, outcome = generator.keep(
                self.node, loads, schedule, lambda: tick(generator.began())
            )
        if outcome.correct != outcome.sent:
            raise BenchError(f"the node answered otherwise than it must: {outcome.faults}")
        return rows

    def _load(self, scheme: str) -> Load:
        with Connection(self.node.host, self.node.port) as connection:
            caller = Caller(connection, self.node.base(scheme))
            if scheme == WITH_STORE:
                caller.login(SUBJECT)
            request = Credential(caller.raw("GET", "/me"), SUBJECT)
        return Load(name=scheme, scheme=scheme, path=self.path(scheme), credentials=[request])
