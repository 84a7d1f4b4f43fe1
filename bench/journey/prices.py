"""The price of each event of a login's life: events in turn with requests under `control`.

A price is what an event takes more than a request that asks nobody who is calling; a login is held
against a login under `control`, so that the password's hash is no part of it. What ends logins
needs one before each, and is held against a login of the scheme and a request under `control`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..caller import Caller
from ..nodes import Node
from ..payload.wire import Response
from ..records import Arm
from .batches import Batch, Pair, Sender

LOGIN, CHECK, TOUCH, UPDATE = "login", "check", "touch", "update"
RENEWAL, LOGOUT, EVERYWHERE, REVOCATION = "renewal", "logout", "logout-everywhere", "revocation"
EVENTS = (LOGIN, CHECK, UPDATE, RENEWAL, TOUCH, LOGOUT, REVOCATION, EVERYWHERE)
MANY, OTHER, FEW = "alice", "bob", "carol"
"""Accounts: of the logins that live on, of the bases, and of the logins that end at once."""

_LINE = {"item": "apple", "quantity": 1}


class Price(NamedTuple):
    """The batch of one event."""

    event: str
    batch: Batch


@dataclass
class Stay:
    """The logins of one arm between the two halves of a round."""

    arm: Arm
    callers: list[Caller] = field(default_factory=list)


class Till:
    """Takes the prices of one arm after the other at one node."""

    def __init__(self, node: Node, sender: Sender, count: int) -> None:
        """*count*: events in a batch."""
        self._node = node
        self._sender = sender
        self._count = count
        bare = Caller(sender.connection, node.base("control"))
        self._bare_check = _check(bare)
        self._bare_login = _login(bare, MANY)

    def first_half(self, arm: Arm) -> tuple[Stay, list[Price]]:
        """Log in, check, update and renew; return the logins for the second half."""
        login = _login(self._caller(arm), MANY)
        pair = Pair(self._sending(self._bare_login), self._sending(login))
        logins = self._sender.batch([pair] * self._count)
        stay = Stay(arm, [self._caller(arm, answer) for (answer,) in logins.answers])
        return stay, [
            Price(LOGIN, logins),
            self._checked(stay),
            self._each(stay, UPDATE, lambda caller: caller.raw("POST", "/cart", _LINE)),
            self._each(stay, RENEWAL, _renewal),
        ]

    def second_half(self, stay: Stay, *, touches: bool) -> list[Price]:
        """Touch, log out, revoke, log out everywhere; the touch interval has passed meanwhile."""
        found = []
        if touches:
            touched = self._each(stay, TOUCH, _check).batch
            found.append(Price(TOUCH, touched.only(wrote=True)))
        found.append(self._each(stay, LOGOUT, lambda caller: caller.raw("POST", "/logout")))
        arm = stay.arm
        owner = self._caller(arm, *self._sender.exchange(_login(self._caller(arm), FEW)))
        for event, request in (
            (REVOCATION, lambda answer: owner.raw("DELETE", f"/devices/{_handle(answer)}")),
            (EVERYWHERE, lambda answer: self._caller(arm, answer).raw("POST", _EVERYWHERE)),
        ):
            found.append(self._ending(arm, event, request))
        return found

    def _checked(self, stay: Stay) -> Price:
        """Return the price of a check that is no touch.

        On a busy machine the touch interval may have passed since the login: the second time each
        session was touched a moment ago.
        """
        checked = self._each(stay, CHECK, _check).batch
        if checked.figures()["writes"]:
            checked = self._each(stay, CHECK, _check).batch
        return Price(CHECK, checked.only(wrote=False))

    def _each(self, stay: Stay, event: str, request: Callable[[Caller], bytes]) -> Price:
        """Return the price of *event*, which every login goes through once."""
        base = self._sending(self._bare_check)
        pairs = [Pair(base, self._sending(request(caller))) for caller in stay.callers]
        batch = self._sender.batch(pairs)
        for caller, (answer,) in zip(stay.callers, batch.answers, strict=True):
            caller.absorb(answer)
        return Price(event, batch)

    def _ending(self, arm: Arm, event: str, request: Callable[[Response], bytes]) -> Price:
        """Return the price of ending a login of one's own by *request*, made of its login."""
        first, other = _login(self._caller(arm), FEW), _login(self._caller(arm), OTHER)

        def ending() -> list[Response]:
            (answer,) = self._sender.exchange(first)
            return [answer, *self._sender.exchange(request(answer))]

        pair = Pair(self._sending(other, self._bare_check), ending)
        batch = self._sender.batch([pair] * self._count)
        # They would stay, and a subject's index would grow from round to round.
        self._caller(arm, batch.base_answers[0][0]).request("POST", _EVERYWHERE)
        return Price(event, batch)

    def _sending(self, *requests: bytes) -> Callable[[], list[Response]]:
        return lambda: self._sender.exchange(*requests)

    def _caller(self, arm: Arm, answer: Response | None = None) -> Caller:
        caller = Caller(self._sender.connection, self._node.base(arm.name))
        if answer is not None:
            caller.absorb(answer)
        return caller


_EVERYWHERE = "/logout-everywhere"


def _check(caller: Caller) -> bytes:
    return caller.raw("GET", "/me")


def _login(caller: Caller, subject: str) -> bytes:
    account = {"username": subject, "password": f"{subject}-password"}
    return caller.raw("POST", "/login", account)


def _renewal(caller: Caller) -> bytes:
    body = {"refresh_token": caller.refresh_token} if caller.refresh_token else None
    return caller.raw("POST", "/renew", body)


def _handle(answer: Response) -> str:
    fields: Any = answer.json() if answer.status == 200 else None
    return str(fields.get("handle") or "-") if isinstance(fields, dict) else "-"
