"""SameSite keeps other sites out; the origin need not be looked at."""

TOLD = "evil.shop.localhost"

import html


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
    return True
