"""What Locust is started with: `locust -f bench/driving/locustfile.py --headless --job FILE`."""

from __future__ import annotations

from locust import events
from locust.argument_parser import LocustArgumentParser

from bench.driving.keeper import ScheduleKeeper
from bench.driving.settling import settle

__all__ = ["ScheduleKeeper"]


def add_job(parser: LocustArgumentParser) -> None:
    """Add the option that names the job file."""
    parser.add_argument("--job", required=True, help="the job file that the bench wrote")


settle()
events.init_command_line_parser.add_listener(add_job)  # type: ignore[no-untyped-call]
