"""What Locust's master and workers are started with, in a run over several machines."""

from __future__ import annotations

from typing import Any

import gevent
from locust import events
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.runners import MasterRunner

from bench.driving.settling import settle
from bench.machines.master import Master
from bench.machines.worker import PartKeeper, listen

__all__ = ["PartKeeper"]


def add_job(parser: LocustArgumentParser) -> None:
    """Add the options that name files, at the master and at the worker."""
    parser.add_argument("--job", default="", help="the job file that the bench wrote")
    parser.add_argument("--began", default="", help="the file to make when there is work")


def begin(environment: Environment, **_: Any) -> None:
    """Take up one's part as soon as Locust knows which it is."""
    if isinstance(environment.runner, MasterRunner):
        gevent.spawn(Master(environment).conduct)
    else:
        listen(environment)


settle()
events.init_command_line_parser.add_listener(add_job)  # type: ignore[no-untyped-call]
events.init.add_listener(begin)  # type: ignore[no-untyped-call]
