"""The smallest shop there is: bare HTTP and one function that remembers, for labs 0, 1 and 9."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

from .clock import LabClock
from .evil import with_attacker
from .guard import App, Environ, StartResponse
from .policy import Policy
from .serving import Shop


class DoesNotFit(Exception):
    """What a policy raises for a cart that a cookie cannot carry: the answer is then a 413."""


@dataclass
class Request:
    """What a server knows of one request, and all that it knows."""

    method: str
    path: str
    address: str
    user_agent: str
    cookies: dict[str, str]
    query: dict[str, str]
    form: dict[str, str]


@dataclass
class Page:
    """The answer, while it is being made."""

    status: int = 200
    fields: dict[str, Any] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)

    def set_cookie(self, text: str) -> None:
        """Ask the browser to keep a cookie."""
        self.headers.append(("Set-Cookie", text))

    def add_to_links(self, name: str, value: str) -> None:
        """Put name=value into the address of every link on the page."""
        query = urlencode({name: value})
        self.links = [f"{link}{'&' if '?' in link else '?'}{query}" for link in self.links]

    def add_to_forms(self, name: str, value: str) -> None:
        """Put a hidden field into every form on the page."""
        self.forms = [{**form, name: value} for form in self.forms]

    def set_header(self, name: str, value: str) -> None:
        """Send a header with the page."""
        self.headers.append((name, value))


Handler = Callable[[Request], Page]


def open_small_shop(
    handler: Handler,
    marker: str = "",
    clock: Callable[[], float] | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
) -> Shop:
    """A shop that is *handler*, on bare HTTP."""
    shop = Shop(Policy(marker=marker), clock or LabClock())
    shop.serve(with_attacker(_app(handler), shop.loot), host, port)
    return shop


def _app(handler: Handler) -> App:
    def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        page = handler(_request(environ))
        body = {**page.fields, "links": page.links, "forms": page.forms}
        headers = [("Content-Type", "application/json"), *page.headers]
        start_response(f"{page.status} Answer", headers)
        return [json.dumps(body).encode()]

    return app


def _request(environ: Environ) -> Request:
    pairs = [pair.strip().partition("=") for pair in environ.get("HTTP_COOKIE", "").split(";")]
    return Request(
        environ["REQUEST_METHOD"],
        environ.get("PATH_INFO", "/"),
        environ.get("REMOTE_ADDR", ""),
        environ.get("HTTP_USER_AGENT", ""),
        # The first of a name wins, as in most servers.
        {key: value for key, _, value in reversed(pairs) if key},
        _flat(environ.get("QUERY_STRING", "")),
        _form(environ),
    )


def _form(environ: Environ) -> dict[str, str]:
    length = min(int(environ.get("CONTENT_LENGTH") or 0), 64 * 1024)
    body = environ["wsgi.input"].read(length).decode("utf-8", "replace")
    if environ.get("CONTENT_TYPE") == "application/json" and body:
        fields: Mapping[str, Any] = json.loads(body)
        return {key: str(value) for key, value in fields.items()}
    return _flat(body)


def _flat(text: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(text).items()}
