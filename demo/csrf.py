"""Requests another site made a browser send: refused where the credential travels by itself.

The check is the one of Go's `net/http.CrossOriginProtection`: no tokens in forms, no state. It
is on exactly when a cookie carries the credential, since a browser never attaches an
Authorization header by itself.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Request

from .problems import Problem

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def refuse_cross_origin(request: Request) -> None:
    """
    Raise `Problem` 403 for a request that changes something and comes from elsewhere.

    Every browser since 2023 sends Sec-Fetch-Site to a trustworthy origin, and every browser
    since 2020 sends Origin with a POST. A request with neither comes from no browser, so nobody's
    cookie was attached behind their back, and it is let through.
    """
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        # "same-site" is refused too: a sibling subdomain, or another port, is not this app.
        allowed = site in ("same-origin", "none")
    else:
        origin = request.headers.get("Origin")
        # The scheme is not compared: behind a proxy that ends TLS the app sees plain HTTP.
        allowed = origin is None or urlsplit(origin).netloc == request.host
    if not allowed:
        raise Problem(403, "The request comes from another origin", "use the app's own pages")
