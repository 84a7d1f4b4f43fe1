"""A client that does with credentials what a browser or an API client does, for tests.

It keeps cookies by name and path as RFC 6265bis says, also `Secure` ones over loopback, which
HTTP libraries refuse to send; a bearer token it takes from the body.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from flask import Flask
from werkzeug.test import Client as WerkzeugClient


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as plain data."""
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        """Return the header's values, joined as RFC 9110 allows; None if there is none."""
        return ", ".join(self.all(name)) or None

    def all(self, name: str) -> list[str]:
        """Return each value of a header that may be there several times."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


class Send(Protocol):
    """Takes one request to the app and brings its answer back."""

    def __call__(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> Answer: ...


def over_wsgi(app: Flask) -> Send:
    """Send within this process, with no socket between."""
    client = WerkzeugClient(app, use_cookies=False)

    def send(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        response = client.open(
            path,
            method=method,
            headers=list(headers.items()),
            data=body,
            environ_overrides={"REMOTE_ADDR": "127.0.0.1"},
        )
        return Answer(response.status_code, list(response.headers.items()), response.get_data())

    return send


def over_sockets(base: str) -> Send:
    """Send over TCP to *base*, such as `http://127.0.0.1:8000/s/session-cookie-redis`."""
    parts = urlsplit(base)

    def send(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        try:
            connection.request(method, parts.path + path, body=body or None, headers=dict(headers))
            response = connection.getresponse()
            return Answer(response.status, response.getheaders(), response.read())
        finally:
            connection.close()

    return send


@dataclass
class Visitor:
    """One client: what it holds, and requests that carry it."""

    send: Send
    prefix: str = ""
    """The path the app is mounted under, which cookies are compared with."""
    agent: str = "visitor"
    cookies: dict[tuple[str, str], str] = field(default_factory=dict)
    bearer: str | None = None
    parameter: tuple[str, str, str] | None = None
    """Where the credential goes, `query` or `body`; under which name; and the credential."""
    refresh_token: str | None = None

    def request(
        self,
        method: str,
        path: str,
        fields: Any = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """Send a request with whatever credential is held, and keep a new one."""
        sent = {"User-Agent": self.agent, **self._credentials(path)}
        if self.parameter is not None and not body:
            method, path, fields = self._carry(self.parameter, method, path, fields)
        if fields is not None:
            body, sent["Content-Type"] = json.dumps(fields).encode(), "application/json"
        answer = self.send(method, path, sent | dict(headers or {}), body)
        self._keep(answer)
        return answer

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Send a GET."""
        return self.request("GET", path, headers=headers)

    def post(
        self, path: str, fields: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a POST with *fields* as JSON."""
        return self.request("POST", path, fields, headers)

    def log_in(self, name: str = "alice", password: str | None = None) -> Answer:
        """Log in as one of the demo's accounts."""
        return self.post("/login", {"username": name, "password": password or f"{name}-password"})

    def copy(self) -> Visitor:
        """Return a thief with all this one holds now, and nothing it receives later."""
        return Visitor(
            self.send,
            self.prefix,
            "thief",
            dict(self.cookies),
            self.bearer,
            self.parameter,
            self.refresh_token,
        )

    def change_credential(self, change: Callable[[str], str]) -> None:
        """Change what is held, as somebody does who plays with it."""
        if self.bearer is not None:
            self.bearer = change(self.bearer)
        if self.parameter is not None:
            *where, value = self.parameter
            self.parameter = (where[0], where[1], change(value))
        self.cookies = {
            key: value if key[0].endswith("refresh") else change(value)
            for key, value in self.cookies.items()
        }

    def holds(self) -> str | None:
        """Return the credential that requests carry."""
        held = [v for (name, _), v in self.cookies.items() if not name.endswith("refresh")]
        if self.parameter is not None:
            return self.parameter[2]
        return self.bearer or (held[0] if held else None)

    @staticmethod
    def _carry(
        parameter: tuple[str, str, str], method: str, path: str, fields: Any
    ) -> tuple[str, str, Any]:
        """Return the request with the parameter in it, as a page's link or form would have it."""
        where, name, value = parameter
        mark = "&" if "?" in path else "?"
        if where == "query":
            return method, f"{path}{mark}{urlencode({name: value})}", fields
        if method != "POST":
            method, path = "POST", f"{path}{mark}_method={method}"
        return method, path, {name: value, **(fields or {})}

    def _credentials(self, path: str) -> dict[str, str]:
        full = self.prefix + path
        pairs = [
            f"{name}={value}"
            for (name, scope), value in self.cookies.items()
            if full == scope or full.startswith(scope.rstrip("/") + "/")
        ]
        headers = {"Cookie": "; ".join(pairs)} if pairs else {}
        if self.bearer is not None:
            headers["Authorization"] = f"Bearer {self.bearer}"
        return headers

    def _keep(self, answer: Answer) -> None:
        for text in answer.all("Set-Cookie"):
            pair, *attributes = text.split("; ")
            name, _, value = pair.partition("=")
            known = dict(part.partition("=")[::2] for part in attributes)
            if known.get("Max-Age") == "0":
                self.cookies.pop((name, known["Path"]), None)
            else:
                self.cookies[name, known["Path"]] = value
        if answer.header("Content-Type") == "application/json":
            fields = answer.json
            if "parameter" in fields:
                name = fields["parameter"]
                self.parameter = (fields["in"], name, fields[name])
            else:
                self.bearer = fields.get("access_token", self.bearer)
            self.refresh_token = fields.get("refresh_token", self.refresh_token)
