"""What is of the same site may."""

import html
from urllib.parse import urlsplit


def show_review(text):
    return html.escape(text)


def content_policy():
    return "default-src 'none'; form-action 'self'"


def set_cookie(value):
    return f"__Host-session={value}; Path=/; Secure; HttpOnly; SameSite=Lax"


def may_change(method, headers, host):
    if method in ("GET", "HEAD"):
        return True
    if "Sec-Fetch-Site" in headers:
        return headers["Sec-Fetch-Site"] in ("same-origin", "same-site", "none")
    origin = headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == host
