"""What the app accepts at most, and how it reads a body: hostile input is a 400, never a 500."""

from __future__ import annotations

import time
from typing import Annotated, Any, TypeVar

import msgspec
from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from .problems import Problem

MAX_BODY_BYTES = 64 * 1024
DRAIN_BYTES = 64 * 1024 * 1024
"""How much of a body that is too large is read and thrown away at most."""
DRAIN_S = 5.0
_CHUNK_BYTES = 64 * 1024
MAX_COOKIE_BYTES = 4096
"""Name plus value (RFC 6265bis section 5.6); a browser drops a larger one in silence and keeps
the cookie it had."""
MAX_USER_AGENT_CHARACTERS = 200
MAX_DELAY_MS = 2000

Password = Annotated[str, msgspec.Meta(max_length=128)]
NewPassword = Annotated[str, msgspec.Meta(min_length=8, max_length=128)]
Item = Annotated[str, msgspec.Meta(pattern=r"\A\w[\w .'-]{0,63}\Z")]
Quantity = Annotated[int, msgspec.Meta(ge=0, le=99)]
DelayMs = Annotated[int, msgspec.Meta(ge=0, le=MAX_DELAY_MS)]

Fields = TypeVar("Fields", bound=msgspec.Struct)

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def read_body(kind: type[Fields]) -> Fields:
    """
    The request's body as *kind*, whether it came as JSON or from an HTML form.

    Fields *kind* does not know are ignored, and an empty body is an empty object. Anything else
    that does not fit is a `Problem`: 400 with the field named, 413 or 415.
    """
    try:
        if is_form():
            return msgspec.convert(_form(), kind, strict=False)
        if request.mimetype in ("", "application/json"):
            body = request.get_data()
            if request.content_length is None and len(body) >= MAX_BODY_BYTES:
                # Of no stated length: it was cut there.
                raise RequestEntityTooLarge
            return msgspec.json.decode(body or b"{}", type=kind)
    except (msgspec.DecodeError, RecursionError) as exc:
        # A DecodeError names the place and the rule, never the value that was sent.
        raise Problem(400, "The body cannot be read", str(exc)) from exc
    raise Problem(415, "This content type is not read", "send JSON or an HTML form")


def drain() -> None:
    """
    Read the rest of the body and throw it away, within bounds.

    A server that answers and closes while a client still sends resets the connection, and the
    client may never see the answer, such as the 413 that says what was wrong. Where the server
    does not mark the end of a body (`wsgi.input_terminated`), reading on would wait for ever.
    """
    body = request.environ.get("wsgi.input")
    if not request.environ.get("wsgi.input_terminated"):
        return
    ends_at = time.monotonic() + DRAIN_S
    for _ in range(DRAIN_BYTES // _CHUNK_BYTES):
        if body is None or not body.read(_CHUNK_BYTES) or time.monotonic() > ends_at:
            return


def is_form() -> bool:
    """Whether the body came from an HTML form."""
    return request.mimetype in _FORMS


def _form() -> dict[str, Any]:
    """Return the form's fields; one left empty counts as not sent, as in JSON."""
    return {name: value for name, value in request.form.items() if value != ""}
