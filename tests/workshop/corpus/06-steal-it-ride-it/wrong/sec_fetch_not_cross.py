"""Refuses only cross-site: a sibling is same-site."""

import html


def show_review(text):
    return html.escape(text)


def content_policy():
    return "default-src 'none'; form-action 'self'"


def set_cookie(value):
    return f"__Host-session={value}; Path=/; Secure; HttpOnly; SameSite=Lax"


def may_change(method, headers, host):
    if method in ("GET", "HEAD", "OPTIONS"):
        return True
    return headers.get("Sec-Fetch-Site", "none") != "cross-site"
