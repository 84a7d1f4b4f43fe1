"""The cookies of one login, kept and sent as a browser does (RFC 6265bis section 5)."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Iterable
from dataclasses import dataclass
from http.cookiejar import http2time  # type: ignore[attr-defined]  # the stubs lack it

from ..payload.wire import Response
from .targets import Node


@dataclass(frozen=True)
class Cookie:
    """One cookie that was kept."""

    name: str
    value: str
    path: str
    ends_at: float | None = None
    """Seconds of the epoch; None: with the browser."""

    def applies(self, path: str) -> bool:
        """Return whether a request for *path* carries it (RFC 6265bis section 5.1.4)."""
        prefix = self.path if self.path.endswith("/") else self.path + "/"
        return path == self.path or path.startswith(prefix)


class Jar:
    """
    The cookies of one login.

    All nodes are addresses of one site, so a cookie goes to each of them: its domain is checked
    where it is received.
    """

    def __init__(self, cookies: Iterable[Cookie] = ()) -> None:
        self._cookies = {(cookie.name, cookie.path): cookie for cookie in cookies}
        self.dropped: dict[str, str] = {}
        """By name, why a browser drops a cookie that was received."""
        self.is_copy = False
        """True for a thief's copy, which loses nothing to deletion or to the clock."""

    def absorb(self, response: Response, node: Node, host: str, path: str) -> bool:
        """
        Keep what *response* sets, the answer to a request for *path* at *host*.

        Returns whether the value of a cookie that was there was replaced by another one.
        """
        replaced = False
        for line in response.all("set-cookie"):
            replaced |= self._keep(as_text(line), node, host, path)
        return replaced

    def sent_to(self, path: str) -> list[tuple[str, str]]:
        """
        Return name and value of each cookie that a request for *path* carries.

        Those with longer paths come first; two of one name are both sent.
        """
        now = time.time()
        return [
            (cookie.name, cookie.value)
            for cookie in sorted(self._cookies.values(), key=lambda one: -len(one.path))
            if cookie.applies(path) and (self.is_copy or not _is_over(cookie, now))
        ]

    def value(self, name: str) -> str | None:
        """Return the value of the cookie *name*; None if there is none."""
        found = (cookie for cookie in self._cookies.values() if cookie.name == name)
        return next((cookie.value for cookie in found), None)

    def names(self) -> list[str]:
        """Return the name of each cookie, once."""
        return list(dict.fromkeys(cookie.name for cookie in self._cookies.values()))

    def only(self, *names: str) -> Jar:
        """Return a copy that has nothing but the cookies *names*."""
        kept = Jar(cookie for cookie in self._cookies.values() if cookie.name in names)
        kept.is_copy = self.is_copy
        return kept

    def copy(self) -> Jar:
        """Return a copy with every cookie."""
        return self.only(*self.names())

    def changed(self, name: str, value: str) -> Jar:
        """Return a copy in which the cookie *name* has another *value*."""
        kept = self.copy()
        for key, cookie in self._cookies.items():
            if cookie.name == name:
                kept._cookies[key] = Cookie(name, value, cookie.path, cookie.ends_at)
        return kept

    def _keep(self, line: str, node: Node, host: str, path: str) -> bool:
        pair, *rest = line.split(";")
        name, _, value = (part.strip() for part in pair.partition("="))
        given = {key.strip().lower(): each.strip() for key, _, each in map(_parted, rest)}
        if reason := _objection(name, given, node, host):
            self.dropped[name] = reason
            return False
        where = given.get("path", "")
        cookie = Cookie(name, value, where if where[:1] == "/" else _folder(path), _ends_at(given))
        key = (name, cookie.path)
        before = self._cookies.get(key)
        if _is_over(cookie, time.time()):
            if not self.is_copy:
                self._cookies = {at: each for at, each in self._cookies.items() if at != key}
            return False
        # A new dictionary: other threads may be reading the old one.
        self._cookies = {**self._cookies, key: cookie}
        return before is not None and before.value != value


def as_text(received: str) -> str:
    """Return a header's value, which is read as Latin-1, as UTF-8; odd bytes survive."""
    return received.encode("latin-1").decode("utf-8", "surrogateescape")


def _parted(attribute: str) -> tuple[str, str, str]:
    return attribute.partition("=")


def _is_over(cookie: Cookie, now: float) -> bool:
    return cookie.ends_at is not None and cookie.ends_at <= now


def _ends_at(given: dict[str, str]) -> float | None:
    """Return when the cookie ends; Max-Age comes before Expires."""
    age = given.get("max-age", "")
    if age.removeprefix("-").isdecimal():
        # More digits than a clock has are a cookie that does not end.
        return time.time() + int(age[:12]) if int(age[:12]) > 0 else 0.0
    ends_at: float | None = http2time(given["expires"]) if given.get("expires") else None
    return ends_at


def _folder(path: str) -> str:
    """Return the default path (RFC 6265bis section 5.1.4)."""
    return path.partition("?")[0].rpartition("/")[0] or "/"


def _objection(name: str, given: dict[str, str], node: Node, host: str) -> str:
    """Return why a browser drops the cookie; empty if it keeps it."""
    domain = given.get("domain", "").lower().removeprefix(".")
    if domain and not _belongs(host.lower(), domain):
        return f"Domain={domain}, and it was asked for as {host}; name another with Host in headers"
    # Browsers trust loopback as they trust https.
    if "secure" in given and node.scheme != "https" and not node.is_here:
        return "it is Secure, and the node is plain http"
    lower = name.lower()
    if lower.startswith(("__secure-", "__host-")) and "secure" not in given:
        return "its prefix demands Secure"
    if lower.startswith("__host-") and (given.get("path") != "/" or domain):
        return "its prefix demands Path=/ and no Domain"
    return "" if name else "it has no name"


def _belongs(host: str, domain: str) -> bool:
    if host == domain:
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." in domain and host.endswith("." + domain)
    return False
