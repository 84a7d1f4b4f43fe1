"""What tests of real processes and threads wait with, and what they leave to the machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from bench.records import Gate

OF_THE_MACHINE = {
    "achieved_rate",
    "generator_cpu",
    "generator_lag_p99",
    "probe_lag_p99",
    "probes_missed",
    "proxy_distance",
}
"""Gates that fail on a machine with other work to do, which is no fault of the code."""


def failed_gates(gates: Iterable[Gate]) -> list[Gate]:
    """Those of *gates* that failed, but for what is the machine's affair."""
    return [gate for gate in gates if not gate.passed and gate.name not in OF_THE_MACHINE]


def eventually(holds: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Whether *holds* comes to hold before so long."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
