"""A Set-Cookie header taken apart, with what each attribute does (RFC 6265bis section 4.1)."""

from __future__ import annotations

from dataclasses import dataclass

MEANINGS = {
    "Path": "The browser sends the cookie to addresses below this path alone.",
    "Secure": "It travels over HTTPS alone; browsers make an exception for this machine.",
    "HttpOnly": "No script on a page can read it. A script can still send requests that carry it.",
    "SameSite": "Lax: not attached to what another site's page sends, but for a link that is "
    "followed. It is what stops another site from acting in Alice's name.",
    "Max-Age": "0: forget it now. This is how a logout clears a cookie.",
    "Domain": "Other hosts below this name get it too.",
    "Expires": "The browser forgets it then.",
}
PREFIXES = {
    "__Host-": "The name begins with __Host-: browsers take it only with Secure, with Path=/ and "
    "without Domain, so that no other host, not even a subdomain, can set it.",
    "__Secure-": "The name begins with __Secure-: browsers take it only with Secure.",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the header, and what it means."""

    text: str
    meaning: str


def pieces(header: str) -> list[Piece]:
    """Return the parts of a Set-Cookie header in their order."""
    pair, *attributes = header.split("; ")
    name, _, value = pair.partition("=")
    prefix = next((p for p in PREFIXES if name.startswith(p)), "")
    what = f"The cookie's name, and {len(value)} characters of value." if value else _EMPTY
    if name.endswith("-refresh"):
        what += " It renews the token, and travels to /renew alone."
    found = [Piece(f"{name}={_short(value)}", what)]
    if prefix:
        found.append(Piece(prefix, PREFIXES[prefix]))
    for attribute in attributes:
        known = attribute.partition("=")[0]
        found.append(Piece(attribute, MEANINGS.get(known, "An attribute this page does not know.")))
    return found


_EMPTY = "The cookie's name; its value is empty."


def _short(value: str) -> str:
    return value if len(value) <= 24 else f"{value[:20]}…"
