"""Logins one after the other, with patience where the service wants fewer of them."""

from __future__ import annotations

import time
from collections.abc import Callable

from .login import Login
from .service import Limited, Service, ServiceError
from .targets import Node

PATIENCE_S = 30.0
"""What a probe waits in all for logins that the service puts off."""
LEAST_S = 0.25
PAUSE_S = 1.0
"""The first pause where the service does not say how long; each is twice the one before."""


class Logins:
    """Logs in; waits for as long as Retry-After says, but no longer than its patience in all."""

    def __init__(self, service: Service, say: Callable[[str], None]) -> None:
        self._service = service
        self._say = say
        self._left_s = PATIENCE_S
        self._pause_s = PAUSE_S

    def next(self, node: Node) -> Login:
        """Log in at *node*; raises `ServiceError`, which may be `Limited`, or `WireError`."""
        while True:
            try:
                with node.connect() as connection:
                    return self._service.log_in(node, connection)
            except Limited as exc:
                self._wait(exc)

    def _wait(self, exc: Limited) -> None:
        pause_s = exc.after_s
        if pause_s is None:
            pause_s, self._pause_s = self._pause_s, 2 * self._pause_s
        if pause_s > self._left_s:
            after = "" if exc.after_s is None else f", and asks for a pause of {exc.after_s:.0f} s"
            message = f"{exc}{after}; the probe waits {PATIENCE_S:.0f} s in all"
            raise ServiceError(message) from exc
        self._say(f"the service wants fewer logins: waiting {pause_s:.0f} s")
        pause_s = max(pause_s, LEAST_S)
        self._left_s -= pause_s
        time.sleep(pause_s)
