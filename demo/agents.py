"""User agents in a few words, for people: `Firefox on Linux` (RFC 9110 section 10.1.5).

Only a name for display and for telling apart what changed: a client says of itself what it likes.
"""

from __future__ import annotations

import re

# The first that is found wins: every browser also says that it is all those it descends from.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("YaBrowser/", "Yandex Browser"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrom", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_PRODUCT = re.compile(r"[A-Za-z][A-Za-z0-9._+-]{0,39}(?=[/ ;(]|$)")


def summary(user_agent: str) -> str:
    """Return browser and system without versions, a program's name, or that there is none."""
    if user_agent.startswith("Mozilla/"):
        browser = _first(_BROWSERS, user_agent) or "A browser"
        system = _first(_SYSTEMS, user_agent)
        return f"{browser} on {system}" if system else browser
    product = _PRODUCT.match(user_agent)
    return product[0] if product else "An unnamed client"


def _first(known: tuple[tuple[str, str], ...], user_agent: str) -> str | None:
    return next((name for mark, name in known if mark in user_agent), None)
