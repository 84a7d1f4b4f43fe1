"""A browser's cookie jar, in the rules that labs turn on (RFC 6265bis).

A model, and a small one; tests hold it against a real Chromium. It knows domains, paths, Secure,
HttpOnly, SameSite with the two minutes of grace that Chromium gives, the `__Host-` prefix, and the
limit of 4,096 bytes over which a cookie is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

MAX_COOKIE_BYTES = 4096
LAX_GRACE_S = 120.0
"""Chromium sends a cookie without SameSite with a cross-site POST for that long."""


@dataclass(frozen=True)
class Cookie:
    """One cookie as a browser keeps it."""

    name: str
    value: str
    domain: str
    host_only: bool
    path: str
    secure: bool
    http_only: bool
    same_site: str
    """`strict`, `lax`, `none`, or empty where the server did not say."""
    set_at: float
    ends_at: float | None = None
    """When the browser forgets it; None: with the window."""


@dataclass(frozen=True)
class Sending:
    """A request that is about to leave: from which page, to where."""

    host: str
    path: str
    method: str = "GET"
    initiator: str | None = None
    """The host of the page that made it; None: typed, or from a bookmark."""
    top_level: bool = True
    """Whether the address bar changes: a link or a form, not an image or a fetch."""
    encrypted: bool = True
    """False only for a plain connection to a name that is not this machine's."""


@dataclass
class Jar:
    """What one browser keeps."""

    now: Callable[[], float] = lambda: 0.0
    cookies: dict[tuple[str, str, str, bool], Cookie] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    """Why cookies were not kept; no browser shows this to anybody."""

    def keep(self, text: str, host: str) -> bool:
        """Keep the cookie of a Set-Cookie value that came from *host*, and say whether it was."""
        cookie, age, reason = _parsed(text, host, self.now())
        if reason:
            self.dropped.append(reason)
            return False
        # A Domain cookie stands beside the host-only one, as in Chromium.
        key = (cookie.name, cookie.domain, cookie.path, cookie.host_only)
        if age is not None and age <= 0:
            self.cookies.pop(key, None)
            return True
        self.cookies[key] = cookie
        return True

    def sent(self, request: Sending) -> list[Cookie]:
        """The cookies that travel with *request*, in the order of the header."""
        fitting = [cookie for cookie in self.cookies.values() if self._travels(cookie, request)]
        return sorted(fitting, key=lambda cookie: (-len(cookie.path), cookie.set_at))

    def header(self, request: Sending) -> str:
        """The Cookie header of *request*; empty if there is none."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.sent(request))

    def document_cookie(self, host: str, path: str = "/") -> str:
        """What a script on a page of *host* reads."""
        request = Sending(host, path, initiator=host)
        seen = [cookie for cookie in self.sent(request) if not cookie.http_only]
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in seen)

    def _travels(self, cookie: Cookie, request: Sending) -> bool:
        if not _domain_fits(cookie, request.host) or not _path_fits(cookie.path, request.path):
            return False
        if cookie.ends_at is not None and self.now() >= cookie.ends_at:
            return False
        if cookie.secure and not request.encrypted:
            return False
        return self._site_allows(cookie, request)

    def _site_allows(self, cookie: Cookie, request: Sending) -> bool:
        if request.initiator is None or site(request.initiator) == site(request.host):
            return True
        if cookie.same_site == "none":
            return True
        if cookie.same_site == "strict" or not request.top_level:
            return False
        if request.method in ("GET", "HEAD"):
            return True
        return cookie.same_site == "" and self.now() - cookie.set_at < LAX_GRACE_S


def site(host: str) -> str:
    """The site that *host* belongs to: the last two labels, as `localhost` is a suffix."""
    return ".".join(host.split(".")[-2:])


def _parsed(text: str, host: str, now: float) -> tuple[Cookie, float | None, str]:
    pair, *parts = [part.strip() for part in text.split(";")]
    name, _, value = pair.partition("=")
    given = {}
    for part in parts:
        key, _, content = part.partition("=")
        given[key.strip().lower()] = content.strip()
    age = _age(given, now)
    domain = given.get("domain", "").lstrip(".").lower()
    path = given.get("path") or "/"
    cookie = Cookie(
        name=name,
        value=value,
        domain=domain or host,
        host_only=not domain,
        path=path if path.startswith("/") else "/",
        secure="secure" in given,
        http_only="httponly" in given,
        same_site=_known(given.get("samesite", "")),
        set_at=now,
        ends_at=None if age is None else now + age,
    )
    return cookie, age, _reason_to_drop(cookie, given, host)


def _age(given: dict[str, str], now: float) -> float | None:
    """Return the seconds that a cookie is kept; None: with the window. Max-Age goes first."""
    # A browser ignores what it cannot read.
    with suppress(ValueError):
        if "max-age" in given:
            return float(given["max-age"])
    with suppress(ValueError):
        if "expires" in given:
            return parsedate_to_datetime(given["expires"]).timestamp() - now
    return None


def _reason_to_drop(cookie: Cookie, given: dict[str, str], host: str) -> str:
    if len(cookie.name.encode()) + len(cookie.value.encode()) > MAX_COOKIE_BYTES:
        return f"{cookie.name}: over {MAX_COOKIE_BYTES} bytes"
    if not cookie.host_only and not _is_under(host, cookie.domain):
        return f"{cookie.name}: {host} may not set cookies for {cookie.domain}"
    if not cookie.host_only and "." not in cookie.domain:
        return f"{cookie.name}: {cookie.domain} is everybody's"
    if cookie.same_site == "none" and not cookie.secure:
        return f"{cookie.name}: SameSite=None without Secure"
    # Without regard to case (RFC 6265bis section 5.7).
    prefix = cookie.name.lower()
    if prefix.startswith("__host-") and not (
        cookie.secure and cookie.host_only and given.get("path") == "/"
    ):
        return f"{cookie.name}: __Host- demands Secure, Path=/ and no Domain"
    if prefix.startswith("__secure-") and not cookie.secure:
        return f"{cookie.name}: __Secure- demands Secure"
    return ""


def _known(same_site: str) -> str:
    """A value that no browser knows counts as none (RFC 6265bis section 5.6.7)."""
    return same_site.lower() if same_site.lower() in ("strict", "lax", "none") else ""


def _domain_fits(cookie: Cookie, host: str) -> bool:
    return host == cookie.domain if cookie.host_only else _is_under(host, cookie.domain)


def _is_under(host: str, domain: str) -> bool:
    return host == domain or host.endswith("." + domain)


def _path_fits(scope: str, path: str) -> bool:
    path = path.partition("?")[0]
    return path == scope or path.startswith(scope.rstrip("/") + "/")
