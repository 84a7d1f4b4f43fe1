"""People who use a service: ordinary Locust users, which bench/locustfile.py lends to Locust.

Each logs in, thinks, asks, and logs out in the end; what differs is how often, and who renews what.

    Person
        Reader      reads, and renews a token when a request finds it expired
        Shopper     as a reader, and changes the cart now and then
        MobileApp   stays logged in, and renews in the background before the token expires
        ApiClient   stays logged in, and asks ten times as often
        IdleTab     asks at a fixed interval, and never leaves
"""

from __future__ import annotations

import itertools
import math
import random
import ssl
import time
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import gevent
from gevent.lock import RLock
from locust import User, task

from .journey.visitors import DemoVisitor, DescribedVisitor, Visitor
from .payload.wire import Connection, Response, WireError
from .probe.config import load_config
from .probe.login import ServiceError
from .probe.service import Service
from .probe.targets import parse_node

EVENTS = ("login", "check", "update", "renewal", "logout")
ANSWER_S = 30.0

log = array("q")
"""Kind, user, start and end of every request of this process, if somebody asked for them."""
_numbers = itertools.count()


class Client(Connection):
    """A connection that keeps when the last request went and came back."""

    started_ns = ended_ns = received_bytes = 0

    def exchange(self, raw: bytes) -> Response:
        """The answer to the bytes *raw*; its times are kept here."""
        self.received_bytes = 0
        self.started_ns = self.ended_ns = time.perf_counter_ns()
        try:
            answer = super().exchange(raw)
            self.received_bytes = answer.received_bytes
        finally:
            self.ended_ns = time.perf_counter_ns()
        return answer


class Person(User):
    """What all of them do."""

    abstract = True
    host = "http://127.0.0.1:8000"
    persona: ClassVar[str]
    often = 1.0
    """How many times as often as `--think-s` says."""
    stays = False
    """Whether it never logs out."""
    changes = False
    """Whether it sends updates, `--cart-share` of its requests."""
    renews_ahead = False
    """Whether it renews in the background."""

    def on_start(self) -> None:
        """Meet the service, not logged in."""
        options = self.environment.parsed_options
        self._options = options
        node = parse_node(self.host or "")
        tls = ssl.create_default_context() if node.scheme == "https" else None
        self._number = next(_numbers)
        self._client = Client(node.host, node.port, timeout_s=ANSWER_S, tls=tls)
        self._visitor: Visitor
        if options.service:
            described = Service(load_config(Path(options.service)))
            self._visitor = DescribedVisitor(described, node, self._client)
        else:
            self._visitor = DemoVisitor(node, self._client, self._number, options.token_s)
        self._inside = False
        # A request in the background and one of the task may not share a connection at a time.
        self._turn = RLock()
        self._background = gevent.spawn(self._renew_ahead) if self.renews_ahead else None

    def on_stop(self) -> None:
        """Go without a word, as people do."""
        if self._background is not None:
            self._background.kill()
        self._client.close()

    def wait_time(self) -> float:
        """Return for how long it thinks."""
        return random.expovariate(self.often / self._options.think_s)

    @task
    def act(self) -> None:
        """Log in, or ask, or change something; and perhaps leave."""
        with self._turn:
            if not self._inside:
                self._inside = self._do("login", self._visitor.login)
                return
            # Without the background, too, where a request comes before it.
            if self._visitor.renew_at <= time.monotonic():
                self._inside = self._do("renewal", self._visitor.renewal)
            changing = self.changes and random.random() < self._options.cart_share
            if not (changing and self._update()):
                self._inside &= self._do("check", self._visitor.check)
            if not self.stays and random.random() * self._options.session_requests < 1:
                self._do("logout", self._visitor.logout)
                self._inside = False

    def _update(self) -> bool:
        """Return whether there was anything to change."""
        sent = True

        def update() -> None:
            nonlocal sent
            sent = self._visitor.update()

        before = self._client.started_ns
        self._inside &= self._do("update", update, lambda: self._client.started_ns > before)
        return sent

    def _renew_ahead(self) -> None:
        while True:
            left_s = self._visitor.renew_at - time.monotonic()
            if not self._inside or math.isinf(left_s):
                gevent.sleep(1.0)
            elif left_s > 0:
                gevent.sleep(left_s)
            else:
                with self._turn:
                    self._inside = self._do("renewal", self._visitor.renewal)

    def _do(
        self, event: str, request: Callable[[], object], counts: Callable[[], bool] = lambda: True
    ) -> bool:
        """Send *request*, tell Locust how it went if it *counts*, and return whether it did."""
        failure: Exception | None = None
        try:
            request()
        except (ServiceError, WireError) as exc:
            failure = exc
        if counts():
            self._tell(event, failure)
        return failure is None

    def _tell(self, event: str, failure: Exception | None) -> None:
        client = self._client
        if self._options.events:
            log.extend((EVENTS.index(event), self._number, client.started_ns, client.ended_ns))
        fields: dict[str, Any] = {
            "request_type": self.persona,
            "name": event,
            "response_time": (client.ended_ns - client.started_ns) / 1e6,
            "response_length": client.received_bytes,
            "exception": failure,
            "context": {"persona": self.persona},
        }
        self.environment.events.request.fire(**fields)


class Reader(Person):
    """Reads, and renews a token when a request finds it expired."""

    persona = "reader"


class Shopper(Person):
    """Reads and changes the cart."""

    persona = "shopper"
    changes = True


class MobileApp(Person):
    """Stays logged in, and renews its token in the background."""

    persona = "mobile"
    stays = True
    renews_ahead = True


class ApiClient(Person):
    """Stays logged in, and asks ten times as often."""

    persona = "api"
    often = 10.0
    stays = True


class IdleTab(Person):
    """A tab that nobody looks at: it asks every `--idle-s` seconds."""

    persona = "idle"
    stays = True

    def wait_time(self) -> float:
        """Return the interval, the same every time."""
        return float(self._options.idle_s)
