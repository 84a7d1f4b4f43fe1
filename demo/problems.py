"""Errors as problem details (RFC 9457), and as a page for those who came with a browser."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec
from flask import Flask, Response, render_template
from werkzeug.exceptions import HTTPException

from .accounts import Busy, Locked
from .accounts.successors import Waited
from .answers import wants_html

if TYPE_CHECKING:
    from .gate import Gate

UNIDENTIFIED = "No acceptable credential"
OUTAGE = "The store does not answer"


class Problem(Exception):
    """An answer that is an error: a status, a title that is the same each time, and a detail."""

    def __init__(
        self, status: int, title: str, detail: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{status} {title}")
        self.status = status
        self.title = title
        self.detail = detail
        self.headers = headers or {}

    def answer(self) -> Response:
        """Return the HTTP answer in the form the client asked for."""
        if wants_html():
            response = Response(render_template("problem.html", problem=self), self.status)
        else:
            body = {"title": self.title, "status": self.status}
            if self.detail:
                body["detail"] = self.detail
            content_type = "application/problem+json"
            response = Response(msgspec.json.encode(body), self.status, content_type=content_type)
        response.headers.update(self.headers)
        response.vary.add("Accept")
        # What is missing or down now may be there in a moment (RFC 9111 section 4.2.2 lets caches
        # keep a 404).
        response.headers["Cache-Control"] = "no-store"
        return response


class Unidentified(Exception):
    """The route needs to know who is calling, and no credential was sent that says so."""


def register_problems(app: Flask) -> None:
    """Turn what any route may raise into a problem."""
    app.register_error_handler(Problem, lambda problem: problem.answer())
    app.register_error_handler(HTTPException, _from_werkzeug)


def register_rejections(app: Flask, gate: Gate) -> None:
    """
    Turn what the mechanism raises into a problem.

    A rejection is the same 401 whatever its reason was, so that a thief learns nothing from it.
    An outage is a 503 that leaves the client's credential alone: nobody is let in because the
    store is down, and nobody is logged out either.
    """

    def unidentified(exc: Exception) -> Response:
        rejected = not isinstance(exc, Unidentified)
        return refusal(gate.transport.challenge(rejected=rejected)).answer()

    app.register_error_handler(Unidentified, unidentified)
    if gate.mechanism is not None:
        app.register_error_handler(gate.mechanism.rejection, unidentified)
        for kind in gate.mechanism.outages:
            app.register_error_handler(kind, _outage)


def register_refusals(app: Flask, outages: Iterable[type[Exception]]) -> None:
    """Turn what accounts raise into a problem; *outages* are those of their store."""

    def locked(exc: Locked) -> Response:
        headers = {"Retry-After": str(exc.retry_after_s)}
        detail = f"wait {exc.retry_after_s} seconds and try again"
        return Problem(429, "Too many failed logins", detail, headers).answer()

    def busy(_: Exception) -> Response:
        headers = {"Retry-After": "1"}
        return Problem(503, "Too many logins at once", "try again in a moment", headers).answer()

    app.register_error_handler(Locked, locked)
    app.register_error_handler(Busy, busy)
    app.register_error_handler(Waited, busy)
    for kind in outages:
        app.register_error_handler(kind, _outage)


def _outage(_: Exception) -> Response:
    return Problem(503, OUTAGE, "try again in a moment", {"Retry-After": "1"}).answer()


def refusal(
    challenge: str, title: str = UNIDENTIFIED, detail: str = "log in, or renew it"
) -> Problem:
    """Return the 401 with its challenge, which RFC 9110 section 15.5.2 asks for."""
    return Problem(401, title, detail, {"WWW-Authenticate": challenge})


def _from_werkzeug(exc: HTTPException) -> Response:
    """Answer for what Flask itself refuses: unknown paths, wrong methods, bodies too large."""
    status = exc.code or 500
    headers = {name: value for name, value in exc.get_headers() if name in ("Allow", "Retry-After")}
    return Problem(status, HTTPStatus(status).phrase, exc.description or "", headers).answer()
