"""Whole journeys: Locust users live at one node, and as many under `control` at another.

Processor time of both nodes is read meanwhile: the machine is the same to both, whatever else it
does. Time is compressed: what decides is how many requests a token lives for, and not for how long.
The figures of a cell are of the window after everybody has come and tokens are of all ages.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..nodes import Node
from ..processes.children import BenchError, Child
from ..processes.cpuclock import CpuClock
from ..processes.locust import locust
from ..services import Services

TOKEN_S = 1.0
"""How old a token is renewed."""
TOUCH_S = 0.2
"""Between two touches: the usual fifth of a token's life."""
SESSION_REQUESTS = 40.0
CART_SHARE = 0.1
RATE = 150.0
"""Requests a second, about, of the users of each node together."""
START_S = 0.5
SETTLED_LEAST = 0.7
"""Share of the requests that were to come."""
ALLOWANCE_S = 60.0
KINDS = ("login", "check", "update", "renewal", "logout")
"""As bench/users.py numbers them."""
STATED = {"token_s": TOKEN_S, "touch_s": TOUCH_S}
_LOCUSTFILE = Path(__file__).parents[1] / "locustfile.py"

Life = tuple[dict[str, float], dict[str, NDArray[np.int64]]]
"""The figures and the arrays of a cell."""


@dataclass(frozen=True)
class Point:
    """One way of using a service."""

    requests_per_token: float
    """How often a user asks while one token lives."""
    renews: bool
    """Whether it is for a token; users under control then send one request more as often."""

    @property
    def think_s(self) -> float:
        return TOKEN_S / self.requests_per_token

    @property
    def users(self) -> int:
        return max(2, round(RATE * self.think_s))

    @property
    def coming_s(self) -> float:
        """For how long users come, one after the other: as long as a token is in use."""
        return TOKEN_S + self.think_s

    @property
    def warm_s(self) -> float:
        """Until everybody is there and tokens are of all ages."""
        return 2 * self.coming_s + START_S


def live(
    hosts: Mapping[str, Node],
    mount: str,
    point: Point,
    seconds: float,
    services: Services,
    cores: Sequence[int],
    tick: Callable[[], None],
) -> Life:
    """
    Have users live at *mount*, and under control, for *seconds* after they have settled.

    *hosts* are the nodes of both, by mount. Returns what was spent in the window, and every event.
    """
    clocks = {name: CpuClock(node.pid) for name, node in hosts.items()}
    clocks["store"] = CpuClock(services.server.pid if services.server else 0)

    def sample() -> None:
        for clock in clocks.values():
            clock.sample()
        tick()

    whole_s = point.warm_s + seconds
    with contextlib.ExitStack() as stack:
        started = {
            name: _start(stack, node, name, point, whole_s, services.folder, cores)
            for name, node in hosts.items()
        }
        for name, (child, rows) in started.items():
            if child.wait(whole_s + ALLOWANCE_S, sample) != 0 or not rows.exists():
                raise BenchError(f"{child.obituary()}; the journey under {name} is lost")
    rows_of = {name: np.load(rows) for name, (_, rows) in started.items()}
    # The last seconds of the one that ended first.
    close_ns = min(int(rows[:, 3].max()) for rows in rows_of.values())
    begin_ns = close_ns - round(seconds * 1e9)
    figures = {"seconds": seconds, **STATED}
    for name, figure in ((mount, "app_ns"), ("control", "control_app_ns"), ("store", "store_ns")):
        figures[figure] = round(clocks[name].used_between_s(begin_ns, close_ns) * 1e9)
    arrays: dict[str, NDArray[np.int64]] = {}
    for name, prefix in ((mount, ""), ("control", "control_")):
        kind, user, start_ns, end_ns = rows_of[name].T
        within = (end_ns >= begin_ns) & (end_ns < close_ns)
        columns = {"kind": kind, "user": user, "start_ns": start_ns, "end_ns": end_ns}
        arrays |= {prefix + array: values[within] for array, values in columns.items()}
        figures[f"{prefix}users"] = float(np.unique(user[end_ns < close_ns]).size)
        for code, event in enumerate(KINDS):
            figures[prefix + event] = float((arrays[f"{prefix}kind"] == code).sum())
    return figures, arrays


def settled(figures: Mapping[str, float], point: Point) -> float:
    """Return which share of the requests that were to come did, of the mount or of control."""
    seconds, ends = figures["seconds"], 1 / SESSION_REQUESTS
    planned = point.users * seconds / point.think_s
    came = figures["check"] + figures["update"] + figures["login"]
    # Users who still log in for the first time are not those the plan speaks of.
    late = figures["login"] - 2 * ends * came - 3
    bare = sum(figures[f"control_{event}"] for event in ("check", "update", "login"))
    return float(min(came - max(late, 0.0), bare) / planned)


def _start(
    stack: contextlib.ExitStack,
    node: Node,
    mount: str,
    point: Point,
    seconds: float,
    folder: Path,
    cores: Sequence[int],
) -> tuple[Child, Path]:
    own = folder / f"journey-{mount}"
    own.mkdir(exist_ok=True)
    rows = own / "events.npy"
    rows.unlink(missing_ok=True)
    options: list[str | Path] = ["-f", _LOCUSTFILE, "--headless", "--only-summary"]
    options += ["--loglevel", "WARNING", "--exit-code-on-error", "0"]
    options += ["--host", f"http://{node.host}:{node.port}{node.base(mount)}", "Shopper"]
    options += ["--users", f"{point.users}"]
    options += ["--spawn-rate", f"{point.users / point.coming_s:.3f}"]
    options += ["--run-time", f"{np.ceil(seconds):.0f}s", "--stop-timeout", "0"]
    options += ["--think-s", f"{point.think_s:g}"]
    options += ["--token-s", f"{TOKEN_S if point.renews else 0:g}"]
    options += ["--session-requests", f"{SESSION_REQUESTS:g}"]
    options += ["--cart-share", f"{CART_SHARE:g}", "--events", rows]
    return stack.enter_context(locust(options, own / "locust.log", cores)), rows
