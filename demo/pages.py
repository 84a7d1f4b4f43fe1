"""The page: everything the demo does, in plain HTML forms.

A browser's script cannot read an HttpOnly cookie, so the page shows the credential the server
received.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, render_template, url_for

from .answers import json_answer, wants_html
from .auth import TEACHING, Identity
from .cart import items_in
from .delivery import said
from .devices import describe_alarms, describe_entries
from .filters import moment
from .gate import Gate

# What a form has just done, by the word in the address: a closed set, so that a link made by
# somebody else cannot put words on the page.
DONE = {
    "login": "You are logged in.",
    "renew": "The credential was replaced; the old one works no more.",
    "cart": "The cart was changed.",
    "logout": "You are logged out here.",
    "logout-everywhere": "Every login of yours was revoked.",
    "device": "That login was revoked.",
    "password": "The password was changed, and every other credential of yours revoked.",
}
SHOP = ("apples", "bread", "coffee", "pears", "tea")


def page_routes(gate: Gate) -> Blueprint:
    """Return the page, and the same as a short JSON description."""
    routes = Blueprint("pages", __name__)

    @routes.get("/")
    def page() -> Response:
        if not wants_html():
            response = json_answer(_description(gate))
        else:
            response = Response(render_template("page.html", **_shown(gate)))
        response.vary.add("Accept")
        return response

    return routes


def in_words(described: Mapping[str, str]) -> str | None:
    """Return what a revocation achieved, from its description; None if it has none."""
    strength = described.get("strength")
    if strength == "immediate":
        return "Revocation: immediate. A copy of the credential is refused from now on, everywhere."
    if strength == "within":
        seconds = _number(described.get("within_seconds"))
        return f"Revocation: within {seconds:g} seconds. Until then a copy of the credential works."
    if strength == "at-expiry":
        at = moment(_number(described.get("at")))
        return f"Revocation: at expiry. Nothing calls a copy back: it works until {at}."
    return None


def _shown(gate: Gate) -> dict[str, Any]:
    """Return what the page is made of."""
    identity, refused = _identity(gate)
    credential = gate.credential() or ""
    is_token = gate.scheme.kind == "token"
    return {
        "scheme": gate.scheme,
        "message": DONE.get(said().get("done", "")),
        "strength": in_words(said()),
        "identity": identity,
        "refused": refused,
        "credential": credential,
        "items": items_in(identity.data) if identity else {},
        "shop": SHOP,
        "devices": _devices(gate, identity),
        "alarms": describe_alarms(gate, subject) if (subject := _subject(identity)) else [],
        "asks_again": identity is not None
        and gate.watch is not None
        and gate.watch.asks_again(identity),
        "leaks": gate.scheme.transport in TEACHING,
        # Under a token scheme only what renews it can, and an address never carries that.
        "renewable": gate.transport.ambient or not is_token or gate.renewal() is not None,
    }


def _subject(identity: Identity | None) -> str | None:
    return identity.subject if identity else None


def _identity(gate: Gate) -> tuple[Identity | None, bool]:
    """Return the caller, and whether a credential was sent that is refused."""
    if gate.mechanism is None:
        return gate.visitor(), False
    try:
        return gate.visitor(), False
    except gate.mechanism.rejection:
        return None, True


def _devices(gate: Gate, identity: Identity | None) -> list[dict[str, Any]] | None:
    if gate.mechanism is None or identity is None or identity.subject is None:
        return None
    entries = gate.mechanism.entries(identity.subject)
    return None if entries is None else describe_entries(entries, identity.handle)


def _description(gate: Gate) -> dict[str, Any]:
    scheme = gate.scheme
    return {
        "scheme": scheme.name,
        "summary": scheme.summary,
        "transport": scheme.transport,
        "revocation": {"strength": scheme.strength, "bound_seconds": scheme.bound_s},
        "login": url_for("logins.login"),
    }


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")
