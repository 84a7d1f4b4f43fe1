"""`python -m bench.revocation.skewed SECONDS OPTION...`: the demo app whose clock is off.

Whatever asks Python for the time of day is told one that is SECONDS ahead, or behind if negative.
Monotonic clocks stay as they are, as they do on a machine whose clock was set wrong.
"""

from __future__ import annotations

import datetime
import runpy
import sys
import time
from typing import Any


def set_off(seconds: float) -> None:
    """Put the clock of this process *seconds* ahead, before anything has taken hold of it."""
    true_time, true_ns = time.time, time.time_ns
    offset = datetime.timedelta(seconds=seconds)

    class Kind(type):
        """What is made of a true `datetime` elsewhere is one of ours as well."""

        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, Kind.true)

        true = datetime.datetime

    class Skewed(datetime.datetime, metaclass=Kind):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            return Kind.true.now(tz) + offset

        @classmethod
        def utcnow(cls) -> Any:
            return Kind.true.now(datetime.UTC).replace(tzinfo=None) + offset

    time.time = lambda: true_time() + seconds
    time.time_ns = lambda: true_ns() + round(seconds * 1e9)
    datetime.datetime = Skewed  # type: ignore[misc]


if __name__ == "__main__":
    set_off(float(sys.argv.pop(1)))
    runpy.run_module("demo", run_name="__main__", alter_sys=True)
