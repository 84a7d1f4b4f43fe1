"""The cart: per-caller state that works before login and survives it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Blueprint, Response

from .answers import json_answer
from .auth import Grant
from .delivery import answer
from .gate import Gate
from .limits import DelayMs, Item, Quantity, read_body
from .problems import Problem

# One key an item: two tabs that add different items change different keys, and both survive.
_PREFIX = "cart:"


class CartLine(msgspec.Struct):
    item: Item
    quantity: Quantity
    delay_ms: DelayMs = 0


def cart_routes(gate: Gate, *, lab: bool) -> Blueprint:
    """Return the routes of /cart; with *lab*, POST waits `delay_ms` before it writes."""
    routes = Blueprint("cart", __name__)

    @routes.get("/cart")
    def cart() -> Response:
        identity = gate.visitor()
        return json_answer({"items": items_in(identity.data if identity else {})})

    @routes.post("/cart")
    def put() -> Response:
        """Set how many of an item there are; none removes it."""
        line = read_body(CartLine)
        if line.delay_ms and not lab:
            raise Problem(400, "The body cannot be read", "delay_ms is for --lab only")
        grant = _put(gate, line)
        return answer(gate, "cart", {"item": line.item, "quantity": line.quantity}, grant=grant)

    return routes


def items_in(data: Mapping[str, Any]) -> dict[str, int]:
    """Return the items of a caller's user data and how many of each."""
    return {
        key.removeprefix(_PREFIX): quantity
        for key, quantity in data.items()
        if key.startswith(_PREFIX)
    }


def _put(gate: Gate, line: CartLine) -> Grant | None:
    mechanism = gate.keeping()
    key = _PREFIX + line.item
    credential = gate.credential()
    try:
        if credential is None:
            # The first thing worth keeping is what begins a record, not the first visit.
            return mechanism.issue(None, {key: line.quantity}, gate.client())
        if line.delay_ms:
            mechanism.verify(credential)
            time.sleep(line.delay_ms / 1000)
        return mechanism.update(credential, {key: line.quantity or None})
    except ValueError as exc:
        raise Problem(413, "The cart is full", f"{exc}; nothing was changed") from exc
