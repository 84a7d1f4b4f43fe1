"""A memory for signatures that were found good, so that each is checked once a process."""

from __future__ import annotations

from contextlib import suppress
from copy import copy
from typing import Any

import msgspec

from .claims import Claims
from .door import check_count
from .keyring import KeyRing

MAX_TOKENS = 10_000

_decode_data: Any = msgspec.json.Decoder(dict[str, Any]).decode
_set: Any = msgspec.structs.force_setattr
_Found = tuple[KeyRing, Claims, bytes]


class VerifiedTokens:
    """What authentic tokens say, by their text: an option, bounded, with its hit rate in sight.

    Only authenticity is remembered, and by which key ring: with another one it is checked again.
    Addressee, instants and revocation are asked each time. So a hit accepts nothing that a miss
    would refuse.
    It holds working credentials in memory, at most *max_tokens* of them, and about 1.5 KB each.

    Two generations of a dict in place of a list of uses: no lock, and what was not used while
    half of the rest was is gone. The counts are near enough under many threads.
    """

    def __init__(self, max_tokens: int = MAX_TOKENS) -> None:
        check_count(max_tokens, "max_tokens", least=2)
        self._half = max_tokens // 2
        self.hits = self.misses = 0
        self._recent: dict[str, _Found] = {}
        self._older: dict[str, _Found] = {}

    def __len__(self) -> int:
        """How many tokens are remembered."""
        return len(self._recent) + len(self._older)

    @property
    def hit_rate(self) -> float:
        """The share of look-ups that saved a signature check; 0 before the first."""
        asked = self.hits + self.misses
        return self.hits / asked if asked else 0.0

    def get(self, token: str, ring: KeyRing) -> Claims | None:
        """The claims of *token* if a key of *ring* was found to have signed it."""
        found = self._recent.get(token)
        if found is None:
            found = self._older.get(token)
            if found is not None:
                self._keep(token, found)
        # A ring never changes, so this very ring still has the key that was good.
        if found is None or found[0] is not ring:
            self.misses += 1
            return None
        self.hits += 1
        _, kept, data = found
        claims: Claims = copy(kept)
        # Its own data for each caller: nobody's change may show in somebody else's answer.
        _set(claims, "data", _decode_data(data))
        return claims

    def put(self, token: str, ring: KeyRing, claims: Claims) -> None:
        """Remember that a key of *ring* signed *token*, which says *claims*.

        What is not signed here, and so cannot be written again, is checked each time.
        """
        with suppress(ValueError, OverflowError):
            self._keep(token, (ring, claims, msgspec.json.encode(claims.data)))

    def _keep(self, token: str, found: _Found) -> None:
        if len(self._recent) >= self._half:
            self._older, self._recent = self._recent, {}
        self._recent[token] = found
