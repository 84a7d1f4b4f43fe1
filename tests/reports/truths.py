"""The truths that a synthetic run is drawn from, and how much of it there is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bench.records import Arm, Environment, Gate, State
from tests.schemes import arm

ARMS = (
    arm("control", summary="No authentication."),
    arm("control", name="control-again", summary="No authentication, once more."),
    arm("control-delay-100us", summary="No authentication and a delay of 100 microseconds."),
    arm(
        "session-cookie-memory",
        summary="A session ID in a cookie; records in the memory of one process.",
    ),
    arm("session-cookie-redis", summary="A session ID in a cookie; records in Valkey."),
    arm(
        "token-bearer-hs256-expiry",
        summary="A token signed with HS256, good until it expires.",
        bound_s=2.0,
    ),
    arm(
        "token-bearer-hs256-denylist-redis",
        summary="A token signed with HS256, checked against a denylist in Valkey.",
    ),
)


FAULTS = ("refused", "hung", "kill-lose", "node-killed")


@dataclass(frozen=True)
class Check:
    """What one check costs in the hot loop, as a line in every condition."""

    fixed_us: float
    round_trips: float = 0.0
    claim_us: float = 0.0
    tenfold_us: float = 0.0


@dataclass(frozen=True)
class Truth:
    """What the run is drawn from."""

    cost_us: dict[str, float] = field(
        default_factory=lambda: {
            "control": 0.0,
            "control-again": 0.0,
            "control-delay-100us": 100.0,
            "session-cookie-memory": 8.0,
            "session-cookie-redis": 90.0,
            "token-bearer-hs256-expiry": 40.0,
            "token-bearer-hs256-denylist-redis": 120.0,
        }
    )
    around_us: dict[str, float] = field(default_factory=dict)
    """What a scheme adds in the app beside its check."""
    request_ms: float = 0.6
    window_s: dict[str, float] = field(default_factory=lambda: {"token-bearer-hs256-expiry": 2.0})
    """The lifetime of the token: a revoke comes at a random moment of it."""
    block_noise_us: float = 0.5
    """Standard deviation of what one process has over another, for all of a block."""
    request_bytes: dict[str, float] = field(
        default_factory=lambda: {
            "control": 0.0,
            "session-cookie-memory": 78.0,
            "session-cookie-redis": 78.0,
            "token-bearer-hs256-expiry": 312.0,
            "token-bearer-hs256-denylist-redis": 354.0,
        }
    )
    checks: dict[str, Check] = field(
        default_factory=lambda: {
            "session-cookie-memory": Check(2.0, tenfold_us=0.2),
            "session-cookie-redis": Check(30.0, 1.0, 0.1, 1.0),
            "token-bearer-hs256-expiry": Check(430.0, 0.0, 0.5),
            "token-bearer-hs256-denylist-redis": Check(440.0, 1.0, 0.5),
        }
    )
    """Break-even of the session in Valkey and the token without a store: at 0.4 ms."""
    process_share: float = 0.01
    """Standard deviation of what one process takes more than another, of its cost."""
    outages: dict[tuple[str, str], tuple[float, float, int, float | None]] = field(
        default_factory=lambda: {
            ("session-cookie-redis", "refused"): (0.0, 0.0, 503, 0.1),
            ("session-cookie-redis", "hung"): (0.0, 0.0, 503, 0.4),
            ("session-cookie-redis", "kill-lose"): (0.0, 0.0, 401, None),
            ("token-bearer-hs256-expiry", "refused"): (100.0, 100.0, 200, 0.0),
            ("token-bearer-hs256-denylist-redis", "refused"): (0.0, 0.0, 503, 0.1),
            ("token-bearer-hs256-denylist-redis", "hung"): (50.0, 0.0, 503, 0.4),
            ("token-bearer-hs256-denylist-redis", "kill-lose"): (100.0, 100.0, 200, None),
        }
    )
    """Accept rates of the valid and the revoked, in percent; the status; the recovery."""


@dataclass(frozen=True)
class Shape:
    """How much is drawn, and how it ended."""

    blocks: int = 8
    samples: int = 1_000
    trials: int = 24
    nodes: int = 2
    probe_ms: float = 10.0
    name: str = "synthetic"
    state: State = "complete"
    gates: tuple[Gate, ...] = ()
    more_arms: tuple[Arm, ...] = ()
    """Beside the usual ones, such as schemes of other libraries."""
    everywhere: bool = False
    """Whether these are revoked and suffer outages too, as ours do."""
    measures: tuple[str, ...] = (
        *("lookup", "revocation", "payload", "calibration", "scale", "outage"),
    )
    loads: bool = True
    """Whether lookup was measured under a second load, and in blocks that an arm had alone."""
    far_ms: tuple[float, ...] = (1.0,)
    """Round trips to the store that lookup was measured at inside real requests, besides none."""
    grid_blocks: int = 5
    grid_samples: int = 100
    settings: dict[str, Any] = field(default_factory=lambda: {"nodes": 2, "rate": 300})

    @property
    def arms(self) -> tuple[Arm, ...]:
        """Those that are revoked and suffer outages."""
        return (*ARMS, *self.more_arms) if self.everywhere else ARMS


class Ids:
    """Cell IDs in the order of measuring."""

    def __init__(self) -> None:
        self._next = 0

    def __call__(self, *parts: object) -> str:
        """Give the next one."""
        self._next += 1
        return "-".join([f"{self._next:04d}", *(str(part) for part in parts if part != "")])


ENVIRONMENT = Environment(
    machine={
        "cpu": "Example CPU",
        "cores": 2,
        "memory_bytes": 8_000_000_000,
        "kernel": "Linux 6.1",
        "virtualised": True,
        "governor": "performance",
    },
    versions={"python": "3.11.2", "valkey": "9.0.0"},
    commit="0123456789abcdef",
    settings={"nodes": 2},
    load={"load_1m": 0.2, "steal_percent": 0.0},
)
