"""The revocation strategy: how a token that travels can be called back, and how soon.

A strategy is asked on every `verify`, after signature and claims were found good, so what it
costs is what revocability costs. It states its strength by what its revoking verbs return.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..claims import Claims
from ..strength import Strength


class Revocation(Protocol):
    """One way to make an access token stop working before it expires."""

    def is_revoked(self, claims: Claims) -> bool:
        """Whether the token with these *claims* was called back, as far as this node can tell."""

    def revoke(self, families: Sequence[str], until: float) -> Strength:
        """Call back all access tokens of *families*, none of which outlives *until*.

        Twice is as good as once.
        """
