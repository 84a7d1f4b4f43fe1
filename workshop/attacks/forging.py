"""What all forgeries have in common: a real token, changed claims, and a signature of one's own."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..shop.jws import encode, hs256, to_base64url
from .target import Outcome, Target, not_applicable, verdict

NO_SIGNATURE = "There is no signature to forge: the ID is looked up."


def own_token(target: Target) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token that the attacker was given for her own account."""
    attacker = target.browser("mallory")
    attacker.log_in()
    token = attacker.holds() or ".."
    if target.thief(token).me() != "mallory":
        raise ValueError(f"{target.name} refuses a genuine token: no forgery could be told from it")
    header, claims, _ = token.split(".")
    return _json(header), _json(claims)


def with_secret(
    secret: bytes, changes: Mapping[str, Any] | None = None
) -> Callable[[dict[str, Any], dict[str, Any]], str]:
    """A way of signing: HS256 with *secret*, and *changes* in the header."""

    def sign(header: dict[str, Any], claims: dict[str, Any]) -> str:
        signed = encode(claims, {**header, "alg": "HS256", **(changes or {})})
        return f"{signed}.{to_base64url(hs256(signed, secret))}"

    return sign


def forge(
    target: Target, ways: Iterable[tuple[str, Callable[[dict[str, Any], dict[str, Any]], str]]]
) -> Outcome:
    """Claim to be alice, in each of these *ways*, until the app believes it."""
    if target.mechanism == "session":
        return not_applicable(NO_SIGNATURE)
    header, claims = own_token(target)
    story = ["mallory logs in as herself, and writes alice's name into a copy of her token"]
    tried = 0
    for name, sign in ways:
        tried += 1
        if target.thief(sign(header, {**claims, "sub": "alice"})).me() == "alice":
            story.append(f"{name}: she is alice now")
            return Outcome("works", f"A forged token is accepted ({name}).", story)
        if tried <= 3:
            story.append(f"{name}: refused")
    return verdict(False, "", f"All {tried} forgeries are refused.", story)


def _json(part: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found
