"""What a token says: registered claims (RFC 7519 section 4.1) of an access token (RFC 9068).

Authentic and acceptable are two questions: signing.py answers the first, this file the second.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import msgspec

from .door import is_text
from .errors import DataTooLarge, InvalidToken, Reason

CLOCKS_DIFFER_S = 60.0
"""How far apart the clocks of two nodes may be: a token from so far in the future is accepted.

That forgives no token its end: what an issuer ahead of the others signs lives longer by so much,
and denials are kept for longer by twice as much (revocation/base.py)."""
MAX_DEPTH = 16
"""How deep user data may be nested."""
MAX_NESTING = MAX_DEPTH + 2
"""The same for all that a token says: user data is an object in an object."""


class Status(msgspec.Struct, frozen=True):
    """Where the status of a token is published (Token Status List, section 6.1)."""

    index: int
    uri: str


class Stamp(msgspec.Struct, frozen=True):
    """What a revocation strategy has put on a token, so as to know it again."""

    generation: int | None = None
    """`gen`, ours: the generation of the subject when the token was signed."""
    status: Status | None = None
    """`status`, with its one member `status_list`."""


NO_STAMP = Stamp()


class Claims(msgspec.Struct, frozen=True):
    """The claims of an access token, by their names in full."""

    issuer: str
    audience: str
    subject: str | None
    """None is an anonymous visitor: `sub` is then the family, and `anonymous` is true."""
    expires_at: int
    issued_at: int
    token_id: str
    family: str
    """`sid` (OpenID Connect Front-Channel Logout): the login this token descends from."""
    began_at: int
    """`auth_time` (OpenID Connect Core): when that login began."""
    data: dict[str, Any]
    generation: int | None = None
    status: Status | None = None


def encode(claims: Claims, data: bytes) -> bytes:
    """The claims as JSON; *data* is the user data, already encoded by `encode_data`."""
    known: dict[str, Any] = {
        "iss": claims.issuer,
        "aud": claims.audience,
        "sub": claims.family if claims.subject is None else claims.subject,
        "exp": claims.expires_at,
        "iat": claims.issued_at,
        "jti": claims.token_id,
        "sid": claims.family,
        "auth_time": claims.began_at,
    }
    if claims.subject is None:
        known["anonymous"] = True
    if claims.generation is not None:
        known["gen"] = claims.generation
    if claims.status is not None:
        known["status"] = {"status_list": {"idx": claims.status.index, "uri": claims.status.uri}}
    if data != b"{}":
        known["data"] = msgspec.Raw(data)
    return msgspec.json.encode(known)


def decode(payload: bytes) -> Claims:
    """The claims of an authentic *payload*, each of its right type, or InvalidToken(CLAIMS)."""
    found = decode_object(payload, Reason.CLAIMS)
    family = _text(found, "sid")
    anonymous = found.get("anonymous", False)
    data = found.get("data", {})
    if not isinstance(anonymous, bool) or not isinstance(data, dict):
        raise InvalidToken(Reason.CLAIMS)
    subject = _text(found, "sub")
    if "nbf" in found:
        _number(found, "nbf")
    return Claims(
        _text(found, "iss"),
        _text(found, "aud"),
        None if anonymous else subject,
        _number(found, "exp"),
        max(_number(found, "iat"), found.get("nbf", 0)),
        _text(found, "jti"),
        family,
        _number(found, "auth_time"),
        data,
        _number(found, "gen") if "gen" in found else None,
        _status(found["status"]) if "status" in found else None,
    )


def check_addressees(claims: Claims, issuer: str, audience: str) -> None:
    """Return if *issuer* made the token for *audience*; else InvalidToken."""
    if claims.issuer != issuer:
        raise InvalidToken(Reason.ISSUER)
    if claims.audience != audience:
        raise InvalidToken(Reason.AUDIENCE)


def check_instants(claims: Claims, now: float, leeway_s: float) -> None:
    """Return if the token is valid *now*; else InvalidToken.

    It is expired from the very instant `exp` names (RFC 7519 section 4.1.4), but for *leeway_s*.
    A fresh token of a node whose clock is ahead is not refused: `CLOCKS_DIFFER_S`.
    """
    if now >= claims.expires_at + leeway_s:
        raise InvalidToken(Reason.EXPIRED)
    issued_at = claims.issued_at
    if now < issued_at and now < issued_at - max(leeway_s, CLOCKS_DIFFER_S):
        raise InvalidToken(Reason.IMMATURE)


def decode_object(text: bytes, reason: Reason) -> dict[str, Any]:
    """A JSON object with no name twice (RFC 8725 section 2.4), or InvalidToken(*reason*).

    Nor nested deeper than anything that is signed here.
    """
    try:
        # From bytes, json would also take UTF-16, UTF-32 and a byte order mark.
        found = _read(text.decode("utf-8"))
    except (ValueError, RecursionError) as exc:
        raise InvalidToken(reason) from exc
    if not isinstance(found, dict):
        raise InvalidToken(reason)
    # Who has so few brackets cannot be nested deeper, and most have: the walk is for the others.
    brackets = text.count(b"{") + text.count(b"[")
    if brackets > MAX_NESTING and not _is_plain(found, MAX_NESTING):
        raise InvalidToken(reason)
    return found


def encode_data(data: Mapping[str, Any], limit_bytes: int) -> bytes:
    """Return user data as JSON; ValueError, naming the key, for what is not plain or too large.

    Raises TypeError for *data* that is no mapping.
    """
    check_data(data)
    for key, value in data.items():
        if not _is_plain(value, MAX_DEPTH):
            raise ValueError(
                f"token data {key!r} is not plain: use str, int, float, bool, None, list and "
                f"dict with str keys, at most {MAX_DEPTH} deep"
            )
    try:
        encoded = msgspec.json.encode(data)
    except (OverflowError, TypeError, UnicodeEncodeError) as exc:
        key = next((key for key in data if not _is_encodable(data[key])), "")
        raise ValueError(f"token data {key!r} cannot be encoded: {exc}") from exc
    if len(encoded) > limit_bytes:
        raise DataTooLarge(max(data, key=lambda key: len(repr(data[key]))), limit_bytes)
    return encoded


def is_data(encoded: bytes) -> bool:
    """Return whether *encoded* is user data as `encode_data` writes it, and not damaged."""
    try:
        return isinstance(_decode_data(encoded), dict)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False


def check_data(data: object) -> None:
    """Return if *data* is a mapping whose names are text."""
    if not isinstance(data, Mapping):
        raise TypeError(f"token data is a mapping of names to values, not {type(data).__name__}")
    for key in data:
        if not is_text(key):
            raise ValueError(f"token data has names that are text, not {key!r}: use str(...)")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


_read = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_refused, parse_float=_finite
).decode
"""Prepared once: `json.loads` would do it for every token."""


_decode_data = msgspec.json.Decoder(dict[str, Any]).decode


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidToken(Reason.CLAIMS)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as exc:  # half of a surrogate pair, escaped
            raise InvalidToken(Reason.CLAIMS) from exc
    return value


def _number(found: dict[str, Any], name: str) -> int:
    value = found.get(name)
    # bool is an int to Python, and not to RFC 7519.
    if type(value) is not int or not 0 <= value < 2**53:
        raise InvalidToken(Reason.CLAIMS)
    return value


def _status(value: Any) -> Status:
    reference = value.get("status_list") if isinstance(value, dict) else None
    if not isinstance(reference, dict):
        raise InvalidToken(Reason.CLAIMS)
    return Status(_number(reference, "idx"), _text(reference, "uri"))


def _is_encodable(value: Any) -> bool:
    try:
        return bool(msgspec.json.encode(value))
    except (OverflowError, TypeError, UnicodeEncodeError):
        return False


def _is_plain(value: Any, depth: int) -> bool:
    if value is None or isinstance(value, (str, bool, int)):
        return True
    if isinstance(value, float):
        return math.isfinite(value)
    if depth == 0:
        return False
    if isinstance(value, list):
        return all(_is_plain(item, depth - 1) for item in value)
    if isinstance(value, dict):
        return all(isinstance(k, str) and _is_plain(v, depth - 1) for k, v in value.items())
    return False
