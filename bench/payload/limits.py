"""How much user data a scheme can carry, and what it is that refuses more."""

from __future__ import annotations

from dataclasses import dataclass

from demo.auth import Scheme

from ..caller import Caller
from .issuing import issued
from .sizing import largest
from .wire import WireError

CAP = 8192
"""Where the search stops: a cart that large is no cart."""
COOKIE_LIMIT_BYTES = 4096
"""Name plus value (RFC 6265bis section 5.6); browsers drop a larger one in silence."""


@dataclass(frozen=True)
class Limit:
    """The most that works, and why one more does not."""

    claims: int
    refused_by: str
    """`scheme`, `cookie`, `server`; `none` if the search ended at its cap."""
    reason: str


def find_limit(scheme: Scheme, example: Caller) -> Limit:
    """The largest number of claims whose credential is issued and then accepted.

    *scheme* is built from the settings of the server that *example* is logged in at, so that the
    two share store and keys; where they do not, only what is issued can be asked. *example* shows
    how the credential travels.
    """

    def objection(claims: int) -> tuple[str, str]:
        return _objection(scheme, example, claims)

    most = largest(lambda claims: not objection(claims)[0], CAP)
    refused_by, reason = objection(most + 1) if most < CAP else ("none", f"not sought over {CAP}")
    return Limit(most, refused_by, reason)


def _objection(scheme: Scheme, example: Caller, claims: int) -> tuple[str, str]:
    """What refuses that many claims, and its words; both empty if nothing does."""
    try:
        with issued(scheme, example, claims) as caller:
            for cookie in caller.cookies.values():
                size = len(cookie.name) + len(cookie.value)
                if size > COOKIE_LIMIT_BYTES:
                    return "cookie", f"{size} bytes, and browsers keep {COOKIE_LIMIT_BYTES}"
            return _asked(caller, claims) if scheme.shared else ("", "")
    except ValueError as exc:
        return "scheme", str(exc)


def _asked(caller: Caller, claims: int) -> tuple[str, str]:
    try:
        response = caller.me()
    except WireError as exc:
        return "server", str(exc)
    found = response.json() or {}
    if response.status == 200 and len(found.get("data", {})) == claims:
        return "", ""
    if response.status == 401:
        return "scheme", "it was issued, and is not accepted"
    return "server", response.title
