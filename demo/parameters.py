"""Credentials as parameters: in the address, or in a form's hidden field. For teaching.

RFC 6750 describes both for access tokens (sections 2.2 and 2.3), and discourages them. They work,
they leak, as the page says where, and they are refused off loopback (loopback.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from flask import Request

from .auth import Grant
from .limits import MAX_BODY_BYTES, is_form, read_body
from .problems import Problem
from .transports import BearerTransport

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MAX_URL_CREDENTIAL_BYTES = 4096
"""Half of the request line that the strictest common servers take."""
MAX_FORM_CREDENTIAL_BYTES = MAX_BODY_BYTES // 2
METHOD = "_method"
"""In the query of a POST, the method that is meant: a form cannot send a body with another."""


class Carried(msgspec.Struct):
    """The parameters, wherever they travel; their names are those of RFC 6750."""

    session: str | None = None
    access_token: str | None = None
    refresh_token: str | None = None


class UrlTransport(BearerTransport):
    """The credential in the query of every address: `?session=…` or `?access_token=…`."""

    on_pages = True
    in_address = True
    vary = ""  # The address is what caches go by.

    def __init__(self, name: str) -> None:
        self.name = name

    def read(self, request: Request) -> str | None:
        return request.args.get(self.name)

    def check(self, grant: Grant) -> None:
        _check(grant, MAX_URL_CREDENTIAL_BYTES, "an address")

    def fields(self, grant: Grant) -> dict[str, Any]:
        return _fields(grant, self.name, "query")

    def parameters(self, credential: str, renewal: str | None) -> dict[str, str]:  # noqa: ARG002
        """Return the credential alone: what renews it for hours never goes into an address."""
        return {self.name: credential}


class FormTransport(BearerTransport):
    """The credential in a hidden field of every form, and in the body of every request."""

    on_pages = True
    redirects = False  # What follows a redirect is a GET, which has no body.
    vary = ""

    def __init__(self, name: str) -> None:
        self.name = name

    def read(self, request: Request) -> str | None:
        return _in_body(request, self.name)

    def read_renewal(self, request: Request) -> str | None:
        return _in_body(request, "refresh_token")

    def check(self, grant: Grant) -> None:
        _check(grant, MAX_FORM_CREDENTIAL_BYTES, "a form")

    def fields(self, grant: Grant) -> dict[str, Any]:
        return _fields(grant, self.name, "body")

    def parameters(self, credential: str, renewal: str | None) -> dict[str, str]:
        found = {self.name: credential}
        return found if renewal is None else {**found, "refresh_token": renewal}


def understand_method(app: WSGIApplication) -> WSGIApplication:
    """Let a POST be what its query says it is meant to be: GET or DELETE, with a body."""

    def meant(environ: WSGIEnvironment, start: StartResponse) -> Any:
        if environ["REQUEST_METHOD"] == "POST":
            for method in ("GET", "DELETE"):
                if f"{METHOD}={method}" in environ.get("QUERY_STRING", "").split("&"):
                    environ["REQUEST_METHOD"] = method
        return app(environ, start)

    return meant


def _in_body(request: Request, name: str) -> str | None:
    if is_form():
        return request.form.get(name) or None
    if request.mimetype != "application/json":
        return None
    return getattr(read_body(Carried), name, None)


def _check(grant: Grant, limit_bytes: int, where: str) -> None:
    size = len(grant.credential)
    if size > limit_bytes:
        detail = f"it would take {size} of {limit_bytes} bytes; nothing was changed"
        raise Problem(413, f"The credential would not fit in {where}", detail)


def _fields(grant: Grant, name: str, where: str) -> dict[str, Any]:
    """Return what a program needs to carry it: the parameter's name, place and value."""
    fields: dict[str, Any] = {"parameter": name, "in": where, name: grant.credential}
    return fields if grant.renewal is None else {**fields, "refresh_token": grant.renewal}
