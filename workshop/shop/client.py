"""A browser that can be scripted: cookies, history, Referer, Origin, and nothing it would not do.

Attacks and checks drive the shop with it. Requests go to the shop's own port whatever name they
are for, so that three names share one server and no name is ever looked up.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from demo.contract.visitor import Answer

from .jar import Jar, Sending, site
from .sight import Sight, sight_of

SHOP = "shop.localhost"
Send = Callable[[str, str, Mapping[str, str], bytes], Answer]
MAX_LINES = 400
_SHOWN = ("Authorization", "Cookie", "Referer", "Origin", "Set-Cookie", "Location")
_record: ContextVar[list[str] | None] = ContextVar("record", default=None)


@contextmanager
def recorded() -> Iterator[list[str]]:
    """Collect what browsers send and get meanwhile, as lines that a person can read."""
    lines: list[str] = []
    token = _record.set(lines)
    try:
        yield lines
    finally:
        _record.reset(token)


def over_loopback(port: int) -> Send:
    """Send to this machine's own *port*; the Host header says which site is meant."""

    def send(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request(method, path, body=body or None, headers=dict(headers))
            response = connection.getresponse()
            return Answer(response.status, response.getheaders(), response.read())
        finally:
            connection.close()

    return send


@dataclass
class Browser:
    """One person's browser, or one thief's."""

    send: Send
    authority: str = SHOP
    """The shop's name, with its port where there is one."""
    name: str = "alice"
    password: str = ""
    now: Callable[[], float] = lambda: 0.0
    jar: Jar = field(default_factory=Jar)
    bearer: str | None = None
    refresh_token: str | None = None
    page: str = ""
    """The address that is shown; empty in a new tab."""
    referrer_policy: str = "strict-origin-when-cross-origin"
    history: list[str] = field(default_factory=list)
    seen: list[Sight] = field(default_factory=list)
    """What this browser asked, for whoever looks over the person's shoulder afterwards."""

    def __post_init__(self) -> None:
        """Let cookies age by the same clock."""
        self.jar.now = self.now

    @property
    def host(self) -> str:
        """The shop's name without the port."""
        return self.authority.partition(":")[0]

    def get(self, path: str, **headers: str) -> Answer:
        """Ask the shop, as its own page would."""
        return self._own("GET", path, None, headers)

    def post(self, path: str, fields: Any = None, **headers: str) -> Answer:
        """Send *fields* as JSON to the shop, as its own page would."""
        return self._own("POST", path, fields, headers)

    def log_in(self) -> Answer:
        """Log in as who this browser belongs to."""
        return self.post("/login", {"username": self.name, "password": self.password})

    def visit(self, url: str) -> Answer:
        """Follow a link from the page that is shown, or open *url* in a new tab."""
        return self._navigate("GET", url, b"", {})

    def submit(self, url: str, form: Mapping[str, str]) -> Answer:
        """Send a form that stands on the page that is shown."""
        encoded = urlencode(form).encode()
        return self._navigate(
            "POST", url, encoded, {"Content-Type": "application/x-www-form-urlencoded"}
        )

    def new_tab(self) -> None:
        """Show nothing, so that the next address counts as typed."""
        self.page = ""
        self.referrer_policy = "strict-origin-when-cross-origin"

    def me(self) -> str | None:
        """Who the shop says this is; None if it refuses."""
        answer = self.get("/me")
        return answer.json.get("subject") if answer.status == 200 else None

    def holds(self) -> str | None:
        """The credential that requests to the shop carry."""
        if self.bearer is not None:
            return self.bearer
        sent = self.jar.sent(Sending(self.host, "/"))
        named = [cookie for cookie in sent if not cookie.name.endswith("refresh")]
        return named[0].value if named else None

    def plant(self, name: str, value: str) -> None:
        """Put a cookie there by hand, as somebody does in the browser's own tools."""
        self.jar.keep(f"{name}={value}; Path=/; Secure", self.host)

    def _own(self, method: str, path: str, fields: Any, headers: Mapping[str, str]) -> Answer:
        sent = {"Sec-Fetch-Site": "same-origin", "Origin": f"http://{self.authority}"}
        if method == "GET":
            sent.pop("Origin")
        body = b""
        if fields is not None:
            body, sent["Content-Type"] = json.dumps(fields).encode(), "application/json"
        if self.bearer is not None:
            sent["Authorization"] = f"Bearer {self.bearer}"
        sent |= {key.replace("_", "-"): value for key, value in headers.items()}
        request = Sending(self.host, path, method, initiator=self.host)
        return self._exchange(request, self.authority, path, sent, body)

    def _navigate(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        parts = urlsplit(url)
        host = parts.hostname or self.host
        authority = parts.netloc or self.authority
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        initiator = urlsplit(self.page).hostname if self.page else None
        sent = {
            "Accept": "text/html,*/*",
            "Sec-Fetch-Site": _fetch_site(initiator, host),
            **headers,
        }
        if referer := self._referer(authority):
            sent["Referer"] = referer
        if method == "POST":
            sent["Origin"] = f"http://{urlsplit(self.page).netloc}" if self.page else "null"
        request = Sending(host, path, method, initiator)
        answer = self._exchange(request, authority, path, sent, body)
        self.page = f"http://{authority}{path}"
        self.history.append(self.page)
        policy = answer.header("Referrer-Policy") or "strict-origin-when-cross-origin"
        self.referrer_policy = policy
        location = answer.header("Location")
        if answer.status in (302, 303) and location:
            target = location if "//" in location else f"http://{authority}{location}"
            return self._navigate("GET", target, b"", {})
        return answer

    def _exchange(
        self, request: Sending, authority: str, path: str, headers: dict[str, str], body: bytes
    ) -> Answer:
        cookies = self.jar.header(request)
        sent = {"Host": authority, "User-Agent": f"{self.name}'s browser", **headers}
        if cookies:
            sent["Cookie"] = cookies
        answer = self.send(request.method, path, sent, body)
        _note(self.name, request.method, authority, path, sent, answer)
        came = [(text, self.jar.keep(text, request.host)) for text in answer.all("Set-Cookie")]
        if len(self.seen) < MAX_LINES:
            self.seen.append(sight_of(request, sent, answer.status, came))
        if (answer.header("Content-Type") or "").startswith("application/json"):
            said = answer.json
            if isinstance(said, dict):
                self.bearer = said.get("access_token", self.bearer)
                self.refresh_token = said.get("refresh_token", self.refresh_token)
        return answer

    def _referer(self, authority: str) -> str:
        """What the next site is told of the page that is shown (Referrer-Policy)."""
        if not self.page or self.referrer_policy == "no-referrer":
            return ""
        parts = urlsplit(self.page)
        same = parts.netloc == authority
        if same or self.referrer_policy == "unsafe-url":
            return self.page
        return "" if self.referrer_policy == "same-origin" else f"http://{parts.netloc}/"


def _fetch_site(initiator: str | None, host: str) -> str:
    if initiator is None:
        return "none"
    if initiator == host:
        return "same-origin"
    return "same-site" if site(initiator) == site(host) else "cross-site"


def _note(
    who: str, method: str, authority: str, path: str, sent: Mapping[str, str], answer: Answer
) -> None:
    lines = _record.get()
    if lines is None or len(lines) >= MAX_LINES:
        return
    lines.append(f"{who} > {method} {authority.partition(':')[0]}{path}")
    lines += [f"{who} >   {key}: {_short(sent[key])}" for key in _SHOWN if key in sent]
    lines.append(f"{who} < {answer.status}")
    lines += [f"{who} <   {k}: {_short(v)}" for k, v in answer.headers if k in _SHOWN]


def _short(text: str) -> str:
    return text if len(text) <= 100 else f"{text[:97]}... ({len(text)} bytes)"
