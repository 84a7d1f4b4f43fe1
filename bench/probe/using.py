"""One login in use at every node, as its holder uses it; after the logout, as a thief does."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

from ..payload.wire import Connection, Response
from ..revocation.history import ACCEPT
from .login import Login
from .service import Service, ServiceError
from .targets import Node

NO_ANSWER = 0
"""The status of a request that nobody answered."""

_now = time.perf_counter_ns


class Use:
    """A login whose cookies follow what accepting answers set."""

    def __init__(self, service: Service, login: Login) -> None:
        self.login = login.copy()
        self.unsettled = False
        """Whether a cookie was replaced while requests were not kept in turn."""
        self._service = service
        self._lock = threading.RLock()

    def ask(self, node: Node, connection: Connection) -> tuple[int, int, int]:
        """Use the login once at *node*; returns the instants and the status of the answer."""
        with self._turn():
            invoke_ns = _now()
            try:
                raw = self._service.ask(node, self.login)
                invoke_ns = _now()
                response = connection.exchange(raw)
            except (OSError, ServiceError):
                return invoke_ns, _now(), NO_ANSWER
            complete_ns = _now()
            status = self._service.judge(response)
            if status == ACCEPT and self._service.absorb(node, self.login, response):
                self.unsettled |= not self._service.rotates
                self._service.rotates = True
            return invoke_ns, complete_ns, status

    def revoke(self, node: Node, connection: Connection) -> tuple[int, int, Response]:
        """Log out; from now on the cookies are a thief's copy, which no answer takes away."""
        with self._turn():
            raw = self._service.revoke(node, self.login)
            self.login.jar.is_copy = True
            invoke_ns = _now()
            response = connection.exchange(raw)
            return invoke_ns, _now(), response

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        # Of a service that replaces its cookies two requests at once would carry one of them.
        with self._lock if self._service.rotates else contextlib.nullcontext():
            yield
