"""Compares in small letters and without the port."""

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
    origin = headers.get("Origin")
    return origin is None or urlsplit(origin).hostname == host.partition(":")[0].lower()
