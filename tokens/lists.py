"""Status lists from elsewhere: what a verifier without a store knows of revocations.

The issuer's half is revocation/statuslist.py (Token Status List, draft 21, OAuth WG).
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from .claims import CLOCKS_DIFFER_S, Claims, decode_object
from .door import check_callable, check_name, check_seconds
from .errors import InvalidToken, Reason, TokenError
from .events import Event, emit
from .fetching import FAILURES, Fetch
from .jwks import JwksClient, KeysUnavailable
from .keyring import KeyRing
from .revocation.statuslist import YEAR_S, StatusList
from .signing import Signer

TYPE = "statuslist+jwt"
"""Section 5.1: so that a list passes for no access token, nor the other way round."""
MAX_TOKEN_BYTES = 1 << 20
"""A list of 2^20 logins of which half are revoked, signed, takes a quarter of this."""
MAX_LISTS = 64
RETRY_S = 1.0

_FAILURES: tuple[type[Exception], ...] = (*FAILURES, InvalidToken, KeysUnavailable)


class ListUnavailable(TokenError):
    """No status list that may still be trusted is at hand: an outage, not a rejection."""


class _Kept(msgspec.Struct, frozen=True):
    statuses: StatusList
    renew_at: float
    trusted_until: float
    expires_at: float


class StatusListClient:
    """The lists that an issuer publishes under *base_uri*, fetched when a token names one.

    https only, or http on loopback; no redirect is followed; a list is bounded in size and in
    time. A list is trusted for its `ttl`, or *max_ttl_s* if that is shorter, from the instant
    it was asked for, and no longer than to its `exp`. It is asked for again when half of that
    is over; if that fails the last good one stays until its time is up, and then nobody is let
    in: `ListUnavailable`. So a revocation is known here within the issuer's own bound and
    *max_ttl_s*, or twice that where something on the way keeps answers. A token without a
    status in one of these lists is refused: it cannot be looked up.
    """

    outages: tuple[type[Exception], ...] = (ListUnavailable,)

    def __init__(
        self,
        keys: KeyRing | JwksClient,
        base_uri: str,
        *,
        max_ttl_s: float = 60.0,
        timeout_s: float = 3.0,
        context: ssl.SSLContext | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        if not isinstance(keys, (KeyRing, JwksClient)):
            raise TypeError("keys is a KeyRing, or a client that fetches one: JwksClient(url)")
        check_callable(monotonic, "monotonic")
        check_callable(now, "now")
        self._keys = keys
        self._base = check_name(base_uri, "base_uri", "give the issuer's address").rstrip("/") + "/"
        self._max_ttl_s = check_seconds(max_ttl_s, "max_ttl_s")
        self._options: dict[str, Any] = {"timeout_s": timeout_s, "context": context}
        self._monotonic = monotonic
        self._now = now
        self._fetching = threading.Lock()
        self._kept: dict[str, _Kept] = {}
        self._tried_at: dict[str, float] = {}
        self._fetch(self._base)  # at start-up: an address that may not be used

    def is_revoked(self, claims: Claims) -> bool:
        """Whether the list says so: every status but 0, valid, is a refusal."""
        status = claims.status
        if status is None or not status.uri.startswith(self._base):
            return True
        statuses = self._list(status.uri)
        return status.index >= len(statuses) or statuses[status.index] != 0

    def _list(self, uri: str) -> StatusList:
        began = self._monotonic()
        kept = self._kept.get(uri)
        if kept is None or began >= kept.renew_at:
            self._renew(uri, began, waits=not self._is_trusted(kept, began))
            kept = self._kept.get(uri)
        if kept is None or not self._is_trusted(kept, began):
            raise ListUnavailable("no status list that may be trusted could be fetched")
        return kept.statuses

    def _is_trusted(self, kept: _Kept | None, at: float) -> bool:
        return kept is not None and at < kept.trusted_until and self._now() < kept.expires_at

    def _renew(self, uri: str, began: float, waits: bool) -> None:
        # Who has nothing to go on with waits for who is fetching; the others go on.
        if not self._fetching.acquire(blocking=waits):
            return
        try:
            if began - self._tried_at.get(uri, float("-inf")) < RETRY_S:
                return
            if len(self._tried_at) >= 2 * MAX_LISTS:
                del self._tried_at[next(iter(self._tried_at))]
            self._tried_at[uri] = began
            self._keep(uri, self._read(uri, self._fetch(uri)().decode("ascii"), began))
        except _FAILURES as exc:
            emit(Event.LISTS_UNAVAILABLE, uri=uri, detail=type(exc).__name__)
        finally:
            self._fetching.release()

    def _keep(self, uri: str, kept: _Kept) -> None:
        self._kept.pop(uri, None)
        while len(self._kept) >= MAX_LISTS:
            oldest = next(iter(self._kept))
            del self._kept[oldest]
            self._tried_at.pop(oldest, None)
        self._kept[uri] = kept

    def _read(self, uri: str, token: str, began: float) -> _Kept:
        found = decode_object(self._payload(token.strip()), Reason.CLAIMS)
        if found.get("sub") != uri:
            raise ValueError("this list is not the one that was asked for")
        now = self._now()
        made_at = _number(found, "iat")
        # Whoever keeps answers on the way may keep one as long as we do, and no longer.
        expires_at = min(_number(found, "exp", made_at + YEAR_S), made_at + 2 * self._max_ttl_s)
        if not made_at - CLOCKS_DIFFER_S <= now < expires_at:
            raise ValueError("this list is past, or from the future")
        ttl_s = min(_number(found, "ttl", self._max_ttl_s), self._max_ttl_s)
        statuses = StatusList.from_dict(found.get("status_list"))
        return _Kept(statuses, began + ttl_s / 2, began + ttl_s, expires_at)

    def _payload(self, token: str) -> bytes:
        if isinstance(self._keys, KeyRing):
            return list_signer(self._keys).verify(token)
        try:
            return list_signer(self._keys.ring()).verify(token)
        except InvalidToken as exc:
            if exc.reason is not Reason.KEY:
                raise
            return list_signer(self._keys.ring(unknown=True)).verify(token)

    def _fetch(self, uri: str) -> Fetch:
        accept = f"application/{TYPE}"
        return Fetch(
            uri, "status lists", accept=accept, limit_bytes=MAX_TOKEN_BYTES, **self._options
        )


def list_signer(ring: KeyRing) -> Signer:
    """What signs status lists with a key of *ring*, and checks their signatures."""
    return Signer(ring, MAX_TOKEN_BYTES, TYPE)


def signed_list(claims: Mapping[str, Any], ring: KeyRing) -> str:
    """The Status List Token of what `StatusLists.published` gave, to be served at its `sub`."""
    return list_signer(ring).sign(msgspec.json.encode(claims))


def _number(found: dict[str, Any], name: str, default: float | None = None) -> float:
    value = found.get(name, default)
    # bool is an int to Python; and a list may say its instants with fractions (RFC 7519).
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 2**53:
        raise ValueError(f"`{name}` of a status list is a number of seconds")
    return float(value)
