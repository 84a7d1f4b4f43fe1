"""Status lists: one bit a login, published compressed (Token Status List, draft 21, OAuth WG)."""

from __future__ import annotations

import base64
import binascii
import secrets
import zlib
from collections.abc import Sequence
from typing import Any

from ..claims import Claims, Stamp, Status
from ..door import check_name
from ..stores.base import TokenStore
from ..strength import Strength
from .base import SPARE_S
from .following import Following, Stale

ENTRIES = 2**20
"""How many logins share a list: 128 KiB of bits, whether revoked or not."""
MAX_LIST_BYTES = 2**24
"""How far a list from elsewhere may unfold."""
FIRST_LIST_BELOW = 2**24
YEAR_S = 366 * 86400


class StatusList:
    """An array of statuses of 1, 2, 4 or 8 bits, least significant first (section 4.1).

    0 is valid, 1 invalid, 2 suspended; what else there is belongs to the application.
    """

    def __init__(self, content: bytes | bytearray, bits: int = 1) -> None:
        if bits not in (1, 2, 4, 8):
            raise ValueError("a status has 1, 2, 4 or 8 bits")
        self.bits = bits
        self.content = bytearray(content)

    def __len__(self) -> int:
        """How many statuses the list has."""
        return len(self.content) * 8 // self.bits

    def __getitem__(self, index: int) -> int:
        """The status at *index*; IndexError outside of the list."""
        at, shift = self._place(index)
        return self.content[at] >> shift & (1 << self.bits) - 1

    def __setitem__(self, index: int, status: int) -> None:
        """Set the status at *index*."""
        at, shift = self._place(index)
        mask = (1 << self.bits) - 1
        if not 0 <= status <= mask:
            raise ValueError(f"a status of {self.bits} bits is 0 to {mask}")
        self.content[at] = self.content[at] & ~(mask << shift) | status << shift

    def to_dict(self) -> dict[str, Any]:
        """The list as JSON has it: `bits`, and `lst` in DEFLATE with the ZLIB format."""
        packed = zlib.compress(bytes(self.content), 9)
        return {"bits": self.bits, "lst": base64.urlsafe_b64encode(packed).rstrip(b"=").decode()}

    @classmethod
    def from_dict(cls, found: Any, limit_bytes: int = MAX_LIST_BYTES) -> StatusList:
        """The list that JSON gave; ValueError if it is none or unfolds past the limit."""
        if not isinstance(found, dict) or not isinstance(found.get("lst"), str):
            raise ValueError("a status list has `bits`, and `lst` in base64url")
        if type(found.get("bits")) is not int:
            raise ValueError("a status list says in `bits` how many a status has")
        unfolding = zlib.decompressobj()
        try:
            packed = base64.b64decode(found["lst"] + "=" * (-len(found["lst"]) % 4), b"-_", True)
            content = unfolding.decompress(packed, limit_bytes)
        except (zlib.error, binascii.Error, ValueError) as exc:
            raise ValueError("the status list is damaged") from exc
        if not unfolding.eof or unfolding.unused_data:
            raise ValueError(f"the status list is cut short, or unfolds past {limit_bytes} bytes")
        return cls(content, found["bits"])

    def _place(self, index: int) -> tuple[int, int]:
        if not 0 <= index < len(self):
            raise IndexError(f"no status {index} in a list of {len(self)}")
        return index * self.bits // 8, index * self.bits % 8


class StatusLists(Following):
    """Strength Within(poll + fetch), exact, no store call on `verify`, an eighth of a byte a login.

    Each family has a place in a list, which its tokens name in `status`, so that verifiers
    elsewhere can read the published list (`published`) instead of asking anybody. Places are
    counted in the store, from a list drawn at random: a store that lost its count would
    otherwise give a place twice, and a logout would end somebody else's login. A family whose
    place is forgotten is denied by its name, which this issuer's nodes know and no list says.
    """

    def __init__(self, store: TokenStore, issuer: str, base_uri: str, **options: Any) -> None:
        self._base = check_name(base_uri, "base_uri", "give the lists' address").rstrip("/") + "/"
        self._lists: dict[str, StatusList] = {}
        self._past_at: dict[str, float] = {}
        self._unplaced: dict[str, float] = {}
        super().__init__(store, issuer, **options)

    def stamp(self, subject: str | None, family: str, until: float) -> Stamp:  # noqa: ARG002
        place = self._place(family)
        if place is None:
            first = secrets.randbelow(FIRST_LIST_BELOW) * ENTRIES
            # Kept for a year after the last login: longer than any of its lists is of use.
            place = self._store.advance(f"{self._issuer} places", 1, first, until + YEAR_S)
        place = self._store.advance(self._counter(family), 0, place, until + SPARE_S)
        return Stamp(status=Status(place % ENTRIES, f"{self._base}{place // ENTRIES}"))

    def is_revoked(self, claims: Claims) -> bool:
        status = claims.status
        # A token without a place, or with one in a list of somebody else's, cannot be looked up.
        if status is None or not status.uri.startswith(self._base) or status.index >= ENTRIES:
            return True
        found = self._lists.get(status.uri)
        if found is not None and found.content[status.index >> 3] >> (status.index & 7) & 1:
            return True
        if self._unplaced and claims.family in self._unplaced:
            return True
        if self._monotonic() < self._fresh_until:
            return False
        return self._unsure(claims)

    def revoke(self, families: Sequence[str], until: float) -> Strength:
        places = [self._place(family) for family in families]
        named = zip(families, places, strict=True)
        texts = [family if place is None else self._text(place) for family, place in named]
        self._store.deny([self._name(text) for text in texts], until + SPARE_S)
        return self.strength(until)

    def published(self, uri: str, ttl_s: int = 60) -> dict[str, Any]:
        """The claims of the list at *uri* as a Status List Token (section 5.1).

        Sign them with the type `statuslist+jwt`. A verifier that keeps the list for *ttl_s* adds
        that to the bound. Raises `Stale` on a node that is out of touch.
        """
        if self._monotonic() >= self._fresh_until:
            raise Stale(f"what was revoked is not known for more than {self.bound_s:g} seconds")
        now = int(self._now())
        known = self._lists.get(uri) or StatusList(bytes(ENTRIES // 8))
        return {
            "sub": uri,
            "iat": now,
            "exp": now + 2 * ttl_s,
            "ttl": ttl_s,
            "status_list": known.to_dict(),
        }

    def _learn(self, denials: list[tuple[str, float]]) -> None:
        for text, until in denials:
            number, hash_sign, index = text.partition("#")
            if not hash_sign or not index.isdecimal() or int(index) >= ENTRIES:
                self._unplaced[text] = until
                continue
            uri = self._base + number
            if uri not in self._lists:
                self._lists[uri] = StatusList(bytes(ENTRIES // 8))
            self._lists[uri][int(index)] = 1
            self._past_at[uri] = max(until, self._past_at.get(uri, until))

    def _forget(self, now: float) -> None:
        for uri in [uri for uri, past_at in self._past_at.items() if past_at <= now]:
            del self._past_at[uri], self._lists[uri]
        for family in [name for name, past_at in self._unplaced.items() if past_at <= now]:
            del self._unplaced[family]

    def _denials(self, claims: Claims) -> list[str]:
        assert claims.status is not None  # or it would have been refused
        number = claims.status.uri.removeprefix(self._base)
        return [self._name(f"{number}#{claims.status.index}"), self._name(claims.family)]

    def _place(self, family: str) -> int | None:
        return self._store.standing("", self._counter(family))[1]

    def _counter(self, family: str) -> str:
        return f"{self._issuer} place of {family}"

    @staticmethod
    def _text(place: int) -> str:
        return f"{place // ENTRIES}#{place % ENTRIES}"

    def _name(self, family: str) -> str:
        return f"{self._issuer} status {family}"
