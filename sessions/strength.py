"""How soon a revocation bites. The other half, tokens/strength.py, declares the same."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Immediate:
    """No node accepts the credential once the revoking call has returned."""

    def describe(self) -> dict[str, str | float]:
        """The strength as plain data."""
        return {"strength": "immediate"}


@dataclass(frozen=True, slots=True)
class Within:
    """No node accepts the credential *seconds* after the revoking call has returned."""

    seconds: float

    def describe(self) -> dict[str, str | float]:
        """The strength as plain data."""
        return {"strength": "within", "within_seconds": self.seconds}


@dataclass(frozen=True, slots=True)
class AtExpiry:
    """The credential works until it expires at *at*: nothing was revoked before that."""

    at: float

    def describe(self) -> dict[str, str | float]:
        """The strength as plain data."""
        return {"strength": "at-expiry", "at": self.at}


Strength = Immediate | Within | AtExpiry
