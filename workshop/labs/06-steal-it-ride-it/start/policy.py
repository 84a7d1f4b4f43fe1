"""Lab 6: foreign text and foreign forms. Change all four; each is a line or two."""

# INSECURE ON PURPOSE: xss-theft


def show_review(text):
    """What a customer wrote, as the HTML that stands on the page."""
    return text


def content_policy():
    """The Content-Security-Policy of that page; empty for none."""
    return "connect-src 'self'"


def set_cookie(value):
    """The Set-Cookie of the session ID."""
    return f"session={value}; Path=/; Secure; SameSite=None"


def may_change(method, headers, host):
    """
    Whether a request may change something. *headers*: Origin (such as http://evil.localhost)
    and Sec-Fetch-Site (same-origin, same-site, cross-site or none) where the client is a browser.
    """
    return True
