"""Answers to what changed something: the new credential, and a page or JSON that says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, g, render_template, request, url_for

from .answers import json_answer, wants_html
from .auth import Grant, Revocation
from .gate import Gate


def answer(
    gate: Gate,
    done: str,
    fields: Mapping[str, Any],
    *,
    grant: Grant | None = None,
    revocation: Revocation | None = None,
    clear: bool = False,
) -> Response:
    """
    Answer a request that changed something, after telling the client its new credential.

    JSON gets *fields*; a form gets the page again, with *done* and the revocation in words.
    """
    described = revocation.describe() if revocation else {}
    body: dict[str, Any] = {**fields, "revocation": described} if revocation else {**fields}
    transport = gate.transport
    if grant is not None:
        transport.check(grant)
        body |= transport.fields(grant)
    if grant is not None or clear:
        gate.hold(grant)
    response = _answer(gate, done, described, body, grant is not None)
    response.vary.add("Accept")
    if grant is not None:
        transport.deliver(grant, response)
    if clear:
        transport.clear(response)
    return response


def _answer(
    gate: Gate,
    done: str,
    described: Mapping[str, str | float],
    body: Mapping[str, Any],
    granted: bool,
) -> Response:
    if not wants_html():
        return json_answer(body)
    if granted and not gate.transport.on_pages:
        return Response(render_template("bearer.html", scheme=gate.scheme, body=body))
    if not gate.transport.redirects:
        g.done = {"done": done, **described}
        page: Response = current_app.view_functions["pages.page"]()  # type: ignore[assignment]  # it gives one
        return page
    # 303: the browser gets the page with GET, so that a reload does not send the form again.
    query = urlencode({"done": done, **described})
    home = url_for("pages.page")
    location = f"{home}{'&' if '?' in home else '?'}{query}"
    return Response(status=303, headers={"Location": location})


def said() -> Mapping[str, str]:
    """What has just been done, for the page: from this request, or from the redirect to it."""
    if "done" in g:
        return {name: str(value) for name, value in g.done.items()}
    return request.args
