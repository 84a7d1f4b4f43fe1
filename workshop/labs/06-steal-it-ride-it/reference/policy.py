"""Lab 6, reference: text stays text, scripts do not run, and only our own pages may order."""

import html
from urllib.parse import urlsplit


def show_review(text):
    """The five characters that HTML is made of become names of characters."""
    return html.escape(text)


def content_policy():
    """A second wall: even if a script came in, it would not run."""
    return "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def set_cookie(value):
    """Not for scripts, not along with other sites' forms, not from other hosts."""
    return f"__Host-session={value}; Path=/; Secure; HttpOnly; SameSite=Lax"


def may_change(method, headers, host):
    """Same-site is not the same origin: evil.shop.localhost is of the shop's site."""
    if method in ("GET", "HEAD", "OPTIONS"):
        return True
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("Origin")
    # Neither header: no browser, so nobody's cookie was attached behind their back.
    return origin is None or urlsplit(origin).netloc == host
