"""Locust's worker in a run over several machines: keeps its part of the schedule."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec
from gevent.event import Event
from gevent.queue import Queue
from locust import User, task
from locust.env import Environment
from locust.exception import StopUser

from ..driving.job import Outcome
from ..driving.keeper import drive
from ..recorder import Recorder
from .parts import unpacked

_parts: Queue = Queue()
_listening = Event()
_began: Queue = Queue()
"""The file that says that there is work: the master's options soon replace those given here."""


class PartKeeper(User):
    """Says that it is ready, sends the requests of its part when they are due, and its rows."""

    @task
    def keep(self) -> None:
        """Keep one part of one schedule."""
        # Locust may start its users before it lets us register what the master will ask.
        _listening.wait()
        runner: Any = self.environment.runner
        runner.send_message("bench_ready")
        job, schedule, base_ns = unpacked(_parts.get())
        _began.get().touch()
        with tempfile.TemporaryDirectory(prefix="bench-worker-") as folder:
            rows = Path(folder) / "rows"
            try:
                with Recorder(rows) as recorder:
                    fire = self.environment.events.request
                    outcome = drive(job, schedule, recorder, fire, base_ns)
            except Exception as exc:  # Locust would log it, and try again for ever.
                outcome = Outcome(failure=f"{type(exc).__name__}: {exc}")
            answer = {"rows": rows.read_bytes(), "outcome": msgspec.json.encode(outcome)}
        runner.send_message("bench_rows", answer)
        raise StopUser


def listen(environment: Environment) -> None:
    """Answer what the master asks."""
    runner: Any = environment.runner
    assert environment.parsed_options is not None
    _began.put(Path(environment.parsed_options.began))

    def ping(environment: Environment, msg: Any) -> None:  # noqa: ARG001 - Locust's signature
        received = time.perf_counter_ns()
        answer = {"sent": msg.data["sent"], "received": received}
        runner.send_message("bench_pong", answer | {"answered": time.perf_counter_ns()})

    def part(environment: Environment, msg: Any) -> None:  # noqa: ARG001
        _parts.put(msg.data)

    runner.register_message("bench_ping", ping)
    runner.register_message("bench_part", part)
    _listening.set()
