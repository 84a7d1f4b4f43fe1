"""What Locust is started with: `locust -f bench/locustfile.py --headless --job FILE`."""

from __future__ import annotations

import gc

import locust.stats
from locust import events
from locust.argument_parser import LocustArgumentParser

from bench.users import ScheduleKeeper

__all__ = ["ScheduleKeeper"]


def bucket_response_time(response_time: float) -> float:
    """Keep hundredths of a millisecond, where Locust would round to whole milliseconds."""
    return round(response_time, 2)


def add_job(parser: LocustArgumentParser) -> None:
    """Add the option that names the job file."""
    parser.add_argument("--job", required=True, help="the job file that the bench wrote")


def hold_collections(**_: object) -> None:
    """Collect no garbage while requests are timed: a pause would look like the server's."""
    gc.collect()
    gc.freeze()
    gc.disable()


locust.stats.bucket_response_time = bucket_response_time  # type: ignore[assignment]  # Locust takes any number
events.init_command_line_parser.add_listener(add_job)  # type: ignore[no-untyped-call]
events.test_start.add_listener(hold_collections)  # type: ignore[no-untyped-call]
