"""People who log in, ask, renew and leave: `locust -f bench/locustfile.py --host http://…`.

Works by itself, as docs/locust.md shows; `make bench` measures journeys with the same users.
"""

from __future__ import annotations

import sys
from pathlib import Path

# Locust puts the folder of this file first, which is not where its package is.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from typing import Any

import gevent
import numpy as np
from flask import Response, jsonify, request
from locust import events
from locust.env import Environment

from bench.journey.options import add_options, refusal, weights
from bench.users import ApiClient, IdleTab, MobileApp, Reader, Shopper, log

__all__ = ["ApiClient", "IdleTab", "MobileApp", "Reader", "Shopper"]


def weigh(environment: Environment, **_: Any) -> None:
    """Assign each persona the weight that `--mix` says."""
    # Or `--run-time` counts from before the imports, which take seconds on a busy machine.
    gevent.get_hub().loop.update_now()
    options: Any = environment.parsed_options
    given = weights(options.mix)
    for user in (Reader, Shopper, MobileApp, ApiClient, IdleTab):
        user.weight = given[user.persona]


def guard(environment: Environment, **_: Any) -> None:
    """Refuse what the form of the web UI says where the command line would be refused."""

    def refuse() -> Response | None:
        said = refusal(request.form)
        if said is None:
            return None
        return jsonify({"success": False, "message": said, "host": environment.host})

    ui = environment.web_ui
    if ui is not None and ui.app is not None:
        ui.app.before_request(refuse)


def keep(environment: Environment, **_: Any) -> None:
    """Write what `--events` asks for."""
    options: Any = environment.parsed_options
    if path := options.events:
        rows = np.frombuffer(log.tobytes(), np.int64).reshape(-1, 4)
        np.save(Path(path), rows)


events.init_command_line_parser.add_listener(add_options)  # type: ignore[no-untyped-call]
events.init.add_listener(weigh)  # type: ignore[no-untyped-call]
events.init.add_listener(guard)  # type: ignore[no-untyped-call]
events.quitting.add_listener(keep)  # type: ignore[no-untyped-call]
