"""Around the real app: cookies, the ID in the address, and other sites' requests by the policy.

The app itself always sees a safe request and writes a safe cookie; what a lab weakens is weakened
here, so that the product needs no switch for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs

from .guard import App, Environ, StartResponse
from .policy import Policy

APP_COOKIE = "__Host-session"
PARAMETER = "sid"


def wrapped(app: App, policy: Policy) -> App:
    """Return *app* with cookies and cross-site checks as *policy* has them."""
    name = policy.set_cookie("x").partition("=")[0].strip()

    def wrap(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if not policy.may_change(environ["REQUEST_METHOD"], headers_of(environ), host_of(environ)):
            start_response("403 Forbidden", [("Content-Type", "application/problem+json")])
            return [b'{"title":"The request comes from another site","status":403}']
        # The policy has spoken: the app's own check would hide what it decided.
        for key in ("HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE"):
            environ.pop(key, None)
        _put_cookie(environ, _sent_id(environ, name, policy))

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [_rewritten(pair, policy) for pair in headers], *rest)

        return app(environ, start)

    return wrap


def headers_of(environ: Environ) -> dict[str, str]:
    """The request's headers by their usual names."""
    return {
        "-".join(part.capitalize() for part in key[5:].split("_")): value
        for key, value in environ.items()
        if key.startswith("HTTP_")
    }


def host_of(environ: Environ) -> str:
    """The name, and the port, that the client asked."""
    return str(environ.get("HTTP_HOST", ""))


def cookie_of(environ: Environ, name: str) -> str | None:
    """The first cookie of that name, as most servers read it."""
    header: str = environ.get("HTTP_COOKIE", "")
    for pair in header.split(";"):
        key, _, value = pair.strip().partition("=")
        if key == name:
            return value
    return None


def _sent_id(environ: Environ, name: str, policy: Policy) -> str | None:
    if policy.reads_id_from_address:
        given = parse_qs(environ.get("QUERY_STRING", "")).get(PARAMETER)
        if given:
            return str(given[0])
    return cookie_of(environ, name)


def _put_cookie(environ: Environ, session_id: str | None) -> None:
    environ.pop("HTTP_COOKIE", None)
    if session_id:
        environ["HTTP_COOKIE"] = f"{APP_COOKIE}={session_id}"


def _rewritten(pair: tuple[str, str], policy: Policy) -> tuple[str, str]:
    key, text = pair
    if key.lower() != "set-cookie" or not text.startswith(APP_COOKIE + "="):
        return pair
    value = text.removeprefix(APP_COOKIE + "=").partition(";")[0]
    cleared = "; Max-Age=0" if text.endswith("Max-Age=0") else ""
    return key, policy.set_cookie(value) + cleared
