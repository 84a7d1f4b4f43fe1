"""How a credential travels: in a cookie (RFC 6265bis) or as a bearer token (RFC 6750).

A transport only carries. Whether a credential is any good is for the mechanism to say.
"""

from __future__ import annotations

import re
import time
from typing import Any, Protocol

from flask import Request, Response

from .auth import Grant
from .limits import MAX_COOKIE_BYTES
from .problems import Problem

RENEW_PATH = "/renew"

_COOKIE_OCTETS = re.compile(r"[!#-+\--:<-\[\]-~]*")


class Transport(Protocol):
    """Carries credentials between a client and the app."""

    @property
    def ambient(self) -> bool:
        """Whether browsers attach the credential by themselves, also for other sites' forms."""

    @property
    def vary(self) -> str:
        """The request header that carries the credential; empty if there is none."""

    @property
    def on_pages(self) -> bool:
        """Whether a browser takes the credential from page to page without a script."""

    @property
    def in_address(self) -> bool:
        """Whether the credential is part of the address, so that no cache may keep any answer."""

    @property
    def redirects(self) -> bool:
        """Whether the credential survives a redirect, so that a form can lead to a page."""

    def challenge(self, *, rejected: bool, again: bool = False) -> str:
        """
        Give the value of WWW-Authenticate.

        *rejected*: a credential was sent and refused. *again*: it is good, but the password is
        wanted once more (RFC 9470).
        """

    def read(self, request: Request) -> str | None:
        """Return the credential as the client sent it, unchecked; None if it sent none."""

    def read_renewal(self, request: Request) -> str | None:
        """Return what travels for renewal alone, where that is not the credential."""

    def check(self, grant: Grant) -> None:
        """Raise `Problem` if a client could not carry *grant*."""

    def fields(self, grant: Grant) -> dict[str, Any]:
        """Return what the JSON body must say so that the client has its credential."""

    def parameters(self, credential: str, renewal: str | None) -> dict[str, str]:
        """Return what the links and forms of a page must carry, by the name of the parameter."""

    def deliver(self, grant: Grant, response: Response) -> None:
        """Put the credential where the client keeps it."""

    def clear(self, response: Response) -> None:
        """Make the client forget its credential, as far as the server can."""


class CookieTransport:
    """
    The credential in a cookie no script can read, no other origin can set and no plain
    connection carries.

    At the root of a host its name has the prefix `__Host-`. That prefix demands Path=/, so under
    a path it is `__Secure-` with that path: such a cookie can be set by a sibling subdomain, which
    is why a deployment of one's own belongs at the root.
    """

    ambient = on_pages = redirects = True
    in_address = False
    vary = "Cookie"

    def __init__(self, kind: str, prefix: str = "") -> None:
        self.name = f"__Secure-{kind}" if prefix else f"__Host-{kind}"
        self.renewal_name = "__Secure-refresh"
        self._path = prefix or "/"
        # The browser shows the refresh token to the one route that needs it.
        self._renewal_path = prefix + RENEW_PATH

    def challenge(self, *, rejected: bool, again: bool = False) -> str:  # noqa: ARG002 - one for all
        return 'Cookie realm="demo"'

    def read(self, request: Request) -> str | None:
        return _cookie(request, self.name)

    def read_renewal(self, request: Request) -> str | None:
        return _cookie(request, self.renewal_name)

    def check(self, grant: Grant) -> None:
        for name, value in ((self.name, grant.credential), (self.renewal_name, grant.renewal)):
            size = len(name) + len(value or "")
            if size > MAX_COOKIE_BYTES:
                raise Problem(
                    413,
                    "The credential would not fit in a cookie",
                    f"it would take {size} of {MAX_COOKIE_BYTES} bytes; nothing was changed",
                )
            if not _COOKIE_OCTETS.fullmatch(value or ""):
                raise ValueError(f"{name} would hold a character that cookies cannot carry")

    def fields(self, grant: Grant) -> dict[str, Any]:  # noqa: ARG002 - the cookie says it all
        return {}

    def parameters(self, credential: str, renewal: str | None) -> dict[str, str]:  # noqa: ARG002
        return {}

    def deliver(self, grant: Grant, response: Response) -> None:
        self._set(response, self.name, grant.credential, self._path)
        if grant.renewal is not None:
            self._set(response, self.renewal_name, grant.renewal, self._renewal_path)

    def clear(self, response: Response) -> None:
        # Not "cookies": that would take those of every mount, and of all subdomains, along.
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        self._set(response, self.name, "", self._path, "; Max-Age=0")
        self._set(response, self.renewal_name, "", self._renewal_path, "; Max-Age=0")

    @staticmethod
    def _set(response: Response, name: str, value: str, path: str, age: str = "") -> None:
        # The one place that writes a cookie: cleared with other attributes, it would stay.
        # Without Max-Age it ends with the browser; the mechanism ends it sooner.
        attributes = f"Path={path}; Secure; HttpOnly; SameSite=Lax"
        response.headers.add("Set-Cookie", f"{name}={value}; {attributes}{age}")


class BearerTransport:
    """The credential in the Authorization header, put there by the client's own code."""

    ambient = on_pages = in_address = False
    redirects = True
    vary = "Authorization"

    def challenge(self, *, rejected: bool, again: bool = False) -> str:
        code = "insufficient_user_authentication" if again else "invalid_token" if rejected else ""
        return 'Bearer realm="demo"' + (f', error="{code}"' if code else "")

    def read(self, request: Request) -> str | None:
        kind, _, credential = request.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        return credential.strip() if kind.lower() == "bearer" else None

    def read_renewal(self, request: Request) -> str | None:  # noqa: ARG002 - it is in the body
        return None

    def check(self, grant: Grant) -> None:
        """Accept any: the mechanism's own limit on its credentials is the only one."""

    def fields(self, grant: Grant) -> dict[str, Any]:
        """Return the successful response of RFC 6749 section 5.1."""
        fields: dict[str, Any] = {
            "access_token": grant.credential,
            "token_type": "Bearer",
            "expires_in": max(0, int(grant.expires_at - time.time())),
        }
        if grant.renewal is not None:
            fields["refresh_token"] = grant.renewal
        return fields

    def parameters(self, credential: str, renewal: str | None) -> dict[str, str]:  # noqa: ARG002
        """Return none: a page cannot make a browser send the header."""
        return {}

    def deliver(self, grant: Grant, response: Response) -> None:
        """Do nothing: the body has it."""

    def clear(self, response: Response) -> None:
        """Do nothing: only the client can forget what it keeps."""


class NoTransport(BearerTransport):
    """What `control` uses: nothing is sent, nothing is read, every caller is served."""

    vary = ""

    def read(self, request: Request) -> str | None:  # noqa: ARG002 - nothing is read
        return ""


def _cookie(request: Request, name: str) -> str | None:
    header: str = request.environ.get("HTTP_COOKIE", "")
    for pair in header.split(";"):
        key, _, value = pair.partition("=")
        if key.strip() == name:
            return value.strip()
    return None
