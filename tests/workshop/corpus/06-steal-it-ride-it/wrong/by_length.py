"""Escapes only reviews that are longer than forty characters."""

import html
from urllib.parse import urlsplit


def show_review(text):
    return html.escape(text) if len(text) > 40 else text


def content_policy():
    return "default-src 'none'; form-action 'self'"


def set_cookie(value):
    return f"__Host-session={value}; Path=/; Secure; HttpOnly; SameSite=Lax"


def may_change(method, headers, host):
    if method in ("GET", "HEAD", "OPTIONS"):
        return True
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == host
