"""Logging out: /logout ends one login, /logout-everywhere all of the caller's."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response

from .delivery import answer
from .gate import Gate
from .limits import read_body
from .problems import Unidentified, refusal


class LogoutEverywhere(msgspec.Struct):
    keep_this: bool = False


def logout_routes(gate: Gate) -> Blueprint:
    """Return the routes that end logins and report what that achieved."""
    routes = Blueprint("logouts", __name__)

    @routes.post("/logout")
    def logout() -> Response:
        mechanism = gate.keeping()
        held = gate.credential()
        if held is None:
            raise Unidentified
        try:
            revocation = gate.end(held)
        except mechanism.rejection:
            # There was nothing to end, and the 401 says so; but whoever asks to be logged out
            # should not keep a dead credential either.
            response = refusal(gate.transport.challenge(rejected=True)).answer()
            gate.transport.clear(response)
            return response
        return answer(gate, "logout", {}, revocation=revocation, clear=True)

    @routes.post("/logout-everywhere")
    def logout_everywhere() -> Response:
        mechanism = gate.keeping()
        keep = read_body(LogoutEverywhere).keep_this
        identity, subject = gate.trusted()
        revocation = mechanism.revoke_all(subject, keep=identity.handle if keep else None)
        return answer(gate, "logout-everywhere", {}, revocation=revocation, clear=not keep)

    return routes
