"""Who is calling, and what does not ask: /me, /public, the health checks."""

from __future__ import annotations

from flask import Blueprint, Response

from .answers import json_answer
from .gate import Gate


def caller_routes(gate: Gate) -> Blueprint:
    """Return the routes that only read."""
    routes = Blueprint("callers", __name__)
    scheme = gate.scheme

    @routes.get("/me")
    def me() -> Response:
        """The route the bench measures: the check, and as little else as Flask allows."""
        identity = gate.caller()
        return json_answer(
            {
                "subject": identity.subject,
                "handle": identity.handle,
                "data": dict(identity.data),
                "expires_at": identity.expires_at,
            }
        )

    @routes.get("/public")
    def public() -> Response:
        """Touches no credential and no store, so it answers when the store is down."""
        return json_answer({"public": True})

    @routes.get("/livez")
    def livez() -> Response:
        return json_answer({"live": True})

    @routes.get("/readyz")
    def readyz() -> Response:
        """A store that does not answer raises an outage, which is a 503."""
        scheme.probe()
        return json_answer({"ready": True})

    return routes
