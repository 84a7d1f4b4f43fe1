"""Looks at the Referer, which the other page can leave out."""

import html
from urllib.parse import urlsplit


def show_review(text):
    return html.escape(text)


def content_policy():
    return "default-src 'none'; form-action 'self'"


def set_cookie(value):
    return f"__Host-session={value}; Path=/; Secure; HttpOnly; SameSite=Lax"


def may_change(method, headers, host):
    if method in ("GET", "HEAD", "OPTIONS"):
        return True
    referer = headers.get("Referer")
    return referer is None or urlsplit(referer).netloc == host
