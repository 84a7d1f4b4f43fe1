"""What every adapter needs to look like a mechanism of ours, and nothing that helps or hinders one.

An adapter calls its library the way the library's own documentation does, cited in the file. Not
counted against a library: building the request and the answer, which a real app does anyway.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

from demo.auth import Settings, Strength
from demo.keyfile import load_or_make
from demo.titles import STORES


class Refused(Exception):
    """The library did not accept the credential."""


@dataclass(frozen=True)
class Grant:
    """What a library gave at a login."""

    credential: str
    expires_at: float
    handle: str
    renewal: str | None = None


@dataclass(frozen=True)
class Identity:
    """Who a library says is calling."""

    subject: str | None
    data: Mapping[str, Any]
    handle: str
    created_at: float
    expires_at: float


@dataclass(frozen=True)
class Ended:
    """What a library's logout achieved, as its documentation describes it."""

    strength: Strength
    at: float = 0.0

    def describe(self) -> dict[str, str | float]:
        """As `demo.auth.Revocation` asks."""
        described: dict[str, str | float] = {"strength": self.strength}
        return described | ({"at": self.at} if self.at else {})


class Nothing:
    """What was achieved where a library has no such operation."""

    def describe(self) -> dict[str, str | float]:
        """Say so, and claim nothing."""
        return {"strength": "none"}


AGE_ALONE = "checks a signature and an age, and no claims"


@dataclass(frozen=True)
class Rival:
    """Which library an adapter is of, and which page its configuration is taken from."""

    name: str
    package: str
    configuration: str
    """The address of that page."""
    claims_not: Mapping[str, str] = field(default_factory=dict)
    """Promises of `demo.testing.SchemeContract` that the library does not make, and why."""
    threads: Mapping[str, str] = field(default_factory=dict)
    """Promises that it breaks, and where its users and authors discuss that."""
    apart: str = ""
    """What of its work is not quite what the scheme of ours beside it does."""

    @property
    def library(self) -> str:
        """The library with its version."""
        return f"{self.name} {version(self.package)}"

    def parts(
        self, strategy: str, store: str = "", *, beside: str, how: str = ""
    ) -> dict[str, Any]:
        """Return what a scheme of this library is made of, as arguments of `Scheme`.

        *beside* is the scheme of ours that does the same work; *how* is what its title adds to the
        name of the library.
        """
        where = f" in {STORES[store]}" if store else ""
        return {
            "title": f"{self.name}{how}{where}",
            "family": f"{self.name}{how}",
            "strategy": strategy,
            "store": store,
            "library": self.library,
            "configuration": self.configuration,
            "beside": beside,
            "apart": self.apart,
        }


def secret(settings: Settings) -> str:
    """The key that all nodes of a deployment sign with."""
    if settings.keys_file is None:
        return secrets.token_hex(32)
    path = settings.keys_file.with_name(f"{settings.keys_file.name}.rivals")
    return str(load_or_make(path, lambda: [{"secret": secrets.token_hex(32)}])[0]["secret"])


def new_handle() -> str:
    """A name for a login that lets nobody in."""
    return secrets.token_urlsafe(9)


def lasting(seconds: float) -> float:
    """The instant that far from now."""
    return time.time() + seconds
