"""One visitor of a service: what is sent for each event of a login's life, and what is kept of it.

Visitor
    DemoVisitor         of the demo app, under whatever scheme
    DescribedVisitor    of any service, as a profile describes it (docs/locust.md)
"""

from __future__ import annotations

import time
from typing import Any, Protocol

import msgspec

from ..answers import fault_of
from ..caller import Caller
from ..payload.wire import Connection, Response, raw_request
from ..probe.login import Login, ServiceError
from ..probe.service import Service
from ..probe.targets import Node
from ..revocation.history import ACCEPT

SUBJECTS = ("alice", "bob", "carol")
MARGIN_S, MARGIN_SHARE = 2.0, 0.1
"""How long before it expires a token is renewed: so many seconds, or this share of its life."""


class Visitor(Protocol):
    """
    One visitor; each method sends one request.

    Raises `ServiceError` for an answer that is not what it should be, `WireError` for none.
    """

    @property
    def renew_at(self) -> float:
        """When the credential wants to be replaced: seconds of `time.monotonic`, or infinity."""

    def login(self) -> None: ...

    def check(self) -> None:
        """Ask who is calling, and see that it is this visitor."""

    def update(self) -> bool:
        """Change something; False, and nothing is sent, if this service has nothing to change."""

    def renewal(self) -> None: ...

    def logout(self) -> None: ...


class DemoVisitor:
    """
    A visitor of the demo app, who keeps what it hands out as a browser or a client would.

    Under `control` there is nothing to renew, to change or to leave: each of these is one more
    request, so that whole journeys can be held against as many requests in the same order.
    """

    def __init__(self, node: Node, connection: Connection, number: int, token_s: float) -> None:
        """*token_s*: how old a token is renewed; 0: when it expires."""
        self._node = node
        self._connection = connection
        self._subject = SUBJECTS[number % len(SUBJECTS)]
        self._token_s = token_s
        self._caller = Caller(connection, node.base)
        self._renews = False
        self.renew_at = float("inf")

    def login(self) -> None:
        self._caller = Caller(self._connection, self._node.base)
        password = f"{self._subject}-password"
        answer = self._send("POST", "/login", {"username": self._subject, "password": password})
        names = self._caller.cookies
        self._renews = bool(self._caller.refresh_token) or any("refresh" in name for name in names)
        if self._bare:
            self._renew_after(self._token_s or float("inf"))
        else:
            self._granted(answer)

    def check(self) -> None:
        answer = self._send("GET", "/me")
        # Under control everybody is the first account.
        wanted = SUBJECTS[0] if self._bare else self._subject
        if fault := fault_of(answer, wanted):
            raise ServiceError(fault)

    def update(self) -> bool:
        if self._bare:
            self.check()
        else:
            self._send("POST", "/cart", {"item": "apple", "quantity": 1})
        return True

    def renewal(self) -> None:
        if self._bare:
            self.check()
            self._renew_after(self._token_s)
            return
        token = self._caller.refresh_token
        self._granted(self._send("POST", "/renew", {"refresh_token": token} if token else {}))

    def logout(self) -> None:
        if self._bare:
            self.check()
        else:
            self._send("POST", "/logout")

    @property
    def _bare(self) -> bool:
        return self._caller.transport == "none"

    def _send(self, method: str, path: str, body: Any = None) -> Response:
        content = b"" if body is None else msgspec.json.encode(body)
        headers, where = self._caller.headers(path), self._node.base + path
        raw = raw_request(method, where, self._node.origin, headers, content)
        answer = self._connection.exchange(raw)
        if answer.status != 200:
            raise ServiceError(f"{method} {path} gave {answer.status}: {answer.title}")
        self._caller.absorb(answer)
        return answer

    def _granted(self, answer: Response) -> None:
        if not self._renews:
            return
        fields: Any = answer.json()
        lives_s = float(fields["expires_at"]) - time.time()
        # A request that is sent just before its token expires arrives just after.
        self._renew_after(self._token_s or lives_s - min(MARGIN_S, MARGIN_SHARE * lives_s))

    def _renew_after(self, seconds: float) -> None:
        self.renew_at = time.monotonic() + seconds


class DescribedVisitor:
    """A visitor of the service that a profile describes."""

    def __init__(self, service: Service, node: Node, connection: Connection) -> None:
        self._service = service
        self._node = node
        self._connection = connection
        self._login: Login | None = None
        self.renew_at = float("inf")

    def login(self) -> None:
        self._login = self._service.log_in(self._node, self._connection)
        self._granted()

    def check(self) -> None:
        assert self._login is not None
        answer = self._connection.exchange(self._service.ask(self._node, self._login))
        if self._service.judge(answer) != ACCEPT:
            raise ServiceError(f"the request gave {answer.status}: {answer.title}")
        self._service.absorb(self._node, self._login, answer)

    def update(self) -> bool:
        assert self._login is not None
        raw = self._service.update(self._node, self._login)
        if raw is None:
            return False
        answer = self._connection.exchange(raw)
        wanted = self._service.config.update
        assert wanted is not None
        if answer.status not in wanted.status:
            raise ServiceError(f"the update gave {answer.status}: {answer.title}")
        return True

    def renewal(self) -> None:
        assert self._login is not None
        self._login = self._service.renew(self._node, self._connection, self._login)
        self._granted()

    def logout(self) -> None:
        assert self._login is not None
        answer = self._connection.exchange(self._service.revoke(self._node, self._login))
        if answer.status not in self._service.config.revoke.status:
            raise ServiceError(f"the logout gave {answer.status}: {answer.title}")

    def _granted(self) -> None:
        renew = self._service.config.renew
        if renew is not None:
            self.renew_at = time.monotonic() + renew.after_s
