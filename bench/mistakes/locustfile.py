"""A load test as tutorials have it, with Locust's own pacing, client and statistics.

Nothing of it is ours, so that what goes wrong is not either: a closed loop of users who wait for
their answer. Beside Locust's table it saves every response time as Locust was told it, unrounded.
"""

from __future__ import annotations

import functools
import itertools
import json
import time
from pathlib import Path
from typing import Any

from locust import FastHttpUser, constant_pacing, constant_throughput, events, task
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment

WAITS = {"throughput": constant_throughput, "pacing": constant_pacing}
LOG_IN = "log in"
_seen: list[tuple[str, float, int]] = []
_instants: list[float] = []
"""When each answer was there."""


def add_options(parser: LocustArgumentParser) -> None:
    """What is asked for, and where the result goes."""
    parser.add_argument("--paths", required=True, help="asked for in turn, parted by commas")
    parser.add_argument("--wait", default="", help="throughput:N or pacing:S, as Locust means them")
    parser.add_argument("--log-in", default="", help="the base of a scheme to log in to as alice")
    parser.add_argument("--result", required=True, help="the file that gets what Locust found")


def keep(
    name: str, response_time: float, response: Any = None, context: Any = None, **_: Any
) -> None:
    """Save what Locust is told of each answer, before it rounds."""
    if not _seen:
        Path(f"{context['result']}.began").touch()
    if name != LOG_IN:
        _instants.append(time.perf_counter())
        _seen.append((name, response_time, getattr(response, "status_code", 0)))


def save(environment: Environment, **_: Any) -> None:
    """Write Locust's table, and the answers behind it."""
    assert environment.runner is not None
    table = {
        entry.name: {
            "requests": entry.num_requests,
            "failures": entry.num_failures,
            "p50_ms": entry.get_response_time_percentile(0.5),
            "p99_ms": entry.get_response_time_percentile(0.99),
        }
        for entry in environment.runner.stats.entries.values()
        if entry.name != LOG_IN
    }
    assert environment.parsed_options is not None
    seconds = _instants[-1] - _instants[0] + _seen[0][1] / 1e3 if _seen else 0.0
    result = Path(environment.parsed_options.result)
    result.write_text(
        json.dumps({"table": table, "seen": _seen, "seconds": seconds}), encoding="utf-8"
    )


class TextbookUser(FastHttpUser):
    """Asks, waits for the answer, waits its time, asks again."""

    def on_start(self) -> None:
        """Take the pacing from the command line, and log in if it says so."""
        options = self.environment.parsed_options
        kind, _, number = options.wait.partition(":")
        if kind:
            # What Locust would find in the class, had this been written for one pacing alone.
            setattr(self, "wait_time", functools.partial(WAITS[kind](float(number)), self))  # noqa: B010
        self.paths = itertools.cycle(options.paths.split(","))
        if options.log_in:
            account = {"username": "alice", "password": "alice-password"}
            self.client.post(f"{options.log_in}/login", json=account, name=LOG_IN)

    def context(self) -> dict[str, Any]:
        """What comes with every event."""
        return {"result": self.environment.parsed_options.result}

    @task
    def ask(self) -> None:
        """Make one request, and leave it at that."""
        self.client.get(next(self.paths))


events.init_command_line_parser.add_listener(add_options)  # type: ignore[no-untyped-call]
events.request.add_listener(keep)  # type: ignore[no-untyped-call]
events.quitting.add_listener(save)  # type: ignore[no-untyped-call]
