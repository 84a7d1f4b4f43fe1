"""Requests that are sent at the same instant, to two nodes, and requests that are held up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from ..accounts import LIGHT, Accounts, Hashing, Limiter
from ..app import create_app
from ..auth import Scheme
from .visitor import Answer, Send, Visitor, over_wsgi

LIMIT_S = 10
NEW = "correct horse"
Request = Callable[[Visitor], Answer]


def some_accounts() -> Accounts:
    """Return accounts that many tests may use: a light hash, and failures nobody counts."""
    limiter = Limiter(account=100_000, address=100_000)
    return Accounts(hashing=Hashing(LIGHT, at_once=8), limiter=limiter)


@dataclass
class TwoNodes:
    """Two apps under one scheme, with accounts that they share."""

    scheme: Scheme
    accounts: Accounts = field(default_factory=some_accounts)

    def __post_init__(self) -> None:
        self.sends = [self._node(self.scheme, name) for name in ("first", "second")]

    def browser(self, node: int = 0, agent: str = "browser") -> Visitor:
        """Return a new browser, which asks the node of that number."""
        return Visitor(self.sends[node], agent=agent)

    def held_up(self, visitor: Visitor, verb: str, *, after: bool) -> tuple[Visitor, Pause]:
        """Return *visitor* at a node where *verb* of the mechanism waits, before or after."""
        pause = Pause(self.scheme.mechanism, verb, after)
        send = self._node(replace(self.scheme, mechanism=pause), "held up")
        return replace(visitor, send=send), pause

    def at_once(
        self, first: tuple[Visitor, Request], second: tuple[Visitor, Request]
    ) -> list[Answer]:
        """Send both at the same instant, one to each node; return the answers in that order.

        Each visitor keeps what it was given. Two that are one browser share what they hold once
        the answers are there, the one that came last on top, as in a browser's cookie jar.
        """
        barrier = threading.Barrier(2)
        before = [_held(visitor) for visitor, _ in (first, second)]
        order: list[int] = []

        def run(number: int, visitor: Visitor, request: Request) -> Answer:
            own = replace(visitor, send=self.sends[number], cookies=dict(visitor.cookies))
            barrier.wait(LIMIT_S)
            answer = request(own)
            order.append(number)
            owners[number] = own
            return answer

        owners: dict[int, Visitor] = {}
        with ThreadPoolExecutor(2) as pool:
            found = [pool.submit(run, n, *each) for n, each in enumerate((first, second))]
            answers = [each.result(LIMIT_S) for each in found]
        for number in order:
            _take_over((first, second)[number][0], owners[number], before[number])
        return answers

    def _node(self, scheme: Scheme, name: str) -> Send:
        return over_wsgi(create_app(scheme, node=name, accounts=self.accounts))


class Pause:
    """A mechanism one of whose verbs waits until it is let go."""

    def __init__(self, mechanism: Any, verb: str, after: bool) -> None:
        self._mechanism, self._verb, self._after = mechanism, verb, after
        self.reached, self._go = threading.Event(), threading.Event()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._mechanism, name)
        return self._waiting(found) if name == self._verb else found

    @contextmanager
    def during(self, request: Callable[[], Answer]) -> Any:
        """Send *request*; run the block while it waits, then let it go; yield its coming answer."""
        with ThreadPoolExecutor(1) as pool:
            coming: Future[Answer] = pool.submit(request)
            try:
                while not self.reached.wait(0.01) and not coming.done():
                    pass
                yield coming
            finally:
                self._go.set()
            coming.result(LIMIT_S)

    def _waiting(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def waiting(*arguments: Any, **named: Any) -> Any:
            if not self._after:
                self._wait()
            result = call(*arguments, **named)
            if self._after:
                self._wait()
            return result

        return waiting

    def _wait(self) -> None:
        self.reached.set()
        assert self._go.wait(LIMIT_S)


def log_in(password: str = "alice-password") -> Request:  # noqa: S107 - a public one
    """Return a login of alice."""
    return lambda visitor: visitor.log_in("alice", password)


def change_password(new: str = NEW) -> Request:
    """Return a change of alice's password."""
    return lambda visitor: visitor.post("/password", {"old": "alice-password", "new": new})


def log_out(visitor: Visitor) -> Answer:
    """Log out here."""
    return visitor.post("/logout")


def log_out_everywhere(visitor: Visitor) -> Answer:
    """Log out everywhere."""
    return visitor.post("/logout-everywhere")


def renew(visitor: Visitor) -> Answer:
    """Renew the credential."""
    token = visitor.refresh_token
    return visitor.post("/renew", {"refresh_token": token} if token else None)


def put(item: str) -> Request:
    """Return a change of the cart."""
    return lambda visitor: visitor.post("/cart", {"item": item, "quantity": 1})


def remove(handle: str) -> Request:
    """Return the removal of a device."""
    return lambda visitor: visitor.request("DELETE", f"/devices/{handle}")


def handles(visitor: Visitor) -> Sequence[str] | None:
    """Return the logins that *visitor* sees listed; None if there is no list."""
    devices = visitor.get("/devices").json["devices"]
    return None if devices is None else [device["handle"] for device in devices]


def _held(visitor: Visitor) -> tuple[Any, ...]:
    return dict(visitor.cookies), visitor.bearer, visitor.parameter, visitor.refresh_token


def _take_over(visitor: Visitor, own: Visitor, before: tuple[Any, ...]) -> None:
    """Have *visitor* hold what *own* was given since *before*, and forget what it forgot."""
    cookies, bearer, parameter, refresh_token = before
    for key in cookies.keys() | own.cookies.keys():
        if own.cookies.get(key) != cookies.get(key):
            if key in own.cookies:
                visitor.cookies[key] = own.cookies[key]
            else:
                visitor.cookies.pop(key, None)
    if own.bearer != bearer:
        visitor.bearer = own.bearer
    if own.parameter != parameter:
        visitor.parameter = own.parameter
    if own.refresh_token != refresh_token:
        visitor.refresh_token = own.refresh_token
