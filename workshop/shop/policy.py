"""What the shop asks a policy, and the answers of a policy without a known fault.

Each field is one decision, and each lab hands the learner one of them. The naive policies replace
one field each: workshop/naive/.
"""

from __future__ import annotations

import hmac
import html
import secrets
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .jws import Keys, Refused, parts_of, rs256_is_good

if TYPE_CHECKING:
    from .sessions import Sessions

Memory = MutableMapping[str, Any]
INACTIVITY_S = timedelta(minutes=30).total_seconds()
ABSOLUTE_S = timedelta(hours=8).total_seconds()
GRACE_S = 10.0


def credential_at_login(sessions: Sessions, held: str | None, subject: str) -> str:
    """A new ID at every login; what the visitor had collected moves with it."""
    fresh = sessions.new_id()
    if held is not None and sessions.exists(held):
        sessions.move(held, fresh)
    else:
        sessions.begin(fresh)
    sessions.bind(fresh, subject)
    return fresh


def is_live(created_at: float, seen_at: float, now: float) -> bool:
    """Both limits, each from its own beginning (ASVS 5.0 7.3)."""
    return now < created_at + ABSOLUTE_S and now < seen_at + INACTIVITY_S


def new_id(count: int) -> str:  # noqa: ARG001 - how many there are must not show
    """256 bits from the system's generator."""
    return secrets.token_urlsafe(32)


def set_cookie(value: str) -> str:
    """The whole value of Set-Cookie."""
    return f"__Host-session={value}; Path=/; Secure; HttpOnly; SameSite=Lax"


def may_change(method: str, headers: Mapping[str, str], host: str) -> bool:
    """Whether a request that changes something comes from the shop's own pages."""
    if method in ("GET", "HEAD", "OPTIONS"):
        return True
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == host


def show_review(text: str) -> str:
    """What a customer wrote, as HTML that is only text."""
    return html.escape(text)


def content_policy() -> str:
    """The Content-Security-Policy of pages that show what customers wrote."""
    return "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def verify(token: str, keys: Keys, now: float) -> dict[str, Any]:
    """The claims of a token signed with the one algorithm and key we use; Refused if not."""
    header, claims, signed, signature = parts_of(token)
    if header != {"alg": "RS256", "typ": "at+jwt", "kid": "main"}:
        raise Refused("the header is not the one we write")
    if not rs256_is_good(signed, signature, keys.public):
        raise Refused("the signature is not ours")
    if not isinstance(claims.get("exp"), int) or now >= claims["exp"]:
        raise Refused("it has expired")
    return claims


def log_out(claims: Mapping[str, Any], shared: Memory, own: Memory) -> None:  # noqa: ARG001
    """Tell all nodes, for as long as the token would have lived."""
    shared[f"denied:{claims['jti']}"] = claims["exp"]


def accepts(claims: Mapping[str, Any], shared: Memory, own: Memory, now: float) -> bool:  # noqa: ARG001
    """Whether nobody has called this token back."""
    return f"denied:{claims['jti']}" not in shared


def refresh(family: Memory, token: str, now: float) -> str:
    """`rotate`, `repeat` or `alarm` for *token* of a family (RFC 9700 section 4.14.2)."""
    if hmac.compare_digest(token.encode(), family["current"].encode()):
        return "rotate"
    if token == family.get("previous") and now - family["rotated_at"] <= GRACE_S:
        return "repeat"
    return "alarm"


def role_of(claims: Mapping[str, Any], directory: Mapping[str, str]) -> str:
    """The role as it is now, not as it was when the token was signed."""
    return directory.get(claims["sub"], "customer")


@dataclass(frozen=True)
class Policy:
    """Every decision of the shop that a lab is about; these defaults are the defence."""

    marker: str = ""
    """The fault this policy has; empty if it has none that is known."""
    credential_at_login: Callable[[Sessions, str | None, str], str] = credential_at_login
    is_live: Callable[[float, float, float], bool] = is_live
    new_id: Callable[[int], str] = new_id
    set_cookie: Callable[[str], str] = set_cookie
    reads_id_from_address: bool = False
    may_change: Callable[[str, Mapping[str, str], str], bool] = may_change
    show_review: Callable[[str], str] = show_review
    content_policy: Callable[[], str] = content_policy
    verify: Callable[[str, Keys, float], dict[str, Any]] = verify
    log_out: Callable[[Mapping[str, Any], Memory, Memory], object] = log_out
    accepts: Callable[[Mapping[str, Any], Memory, Memory, float], bool] = accepts
    refresh: Callable[[Memory, str, float], str] = refresh
    role_of: Callable[[Mapping[str, Any], Mapping[str, str]], str] = role_of
    sign_with: str = "RS256"
    secret: bytes | None = None
    """The secret of HS256 where it is not drawn at random."""


SECURE = Policy()
