"""Which transport carries a scheme's credential."""

from __future__ import annotations

from .auth import Scheme
from .parameters import FormTransport, UrlTransport
from .transports import BearerTransport, CookieTransport, NoTransport, Transport


def transport_for(scheme: Scheme, prefix: str = "") -> Transport:
    """Return the transport of *scheme*, mounted under *prefix* ("" is the root of the host)."""
    # A reader of the browser's tools should see at once which of the two it holds.
    is_token = scheme.kind == "token"
    if scheme.transport == "cookie":
        return CookieTransport("access" if is_token else "session", prefix)
    if scheme.transport == "url":
        return UrlTransport("access_token" if is_token else "session")
    if scheme.transport == "form":
        return FormTransport("access_token" if is_token else "session")
    return BearerTransport() if scheme.transport == "bearer" else NoTransport()
