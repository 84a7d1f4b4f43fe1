"""What a rule is, what it is shown, and what it may remember."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

from ..auth import Client
from ..bounded import Recent

LOGINS = 10_000
"""How many logins, subjects or addresses a rule remembers."""

Scope = Literal["login", "subject", "address"]
Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Observation:
    """Something that happened: an audit event, or a credential that was accepted."""

    event: str
    """An event's name, or `accepted`."""
    at: float
    client: Client
    tag: bytes | None = None
    """Tells credentials apart in this process, and is none."""
    subject: str | None = None
    handle: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    account: bytes | None = None
    """Tells the names of accounts apart, known ones or not, where a login failed."""

    @property
    def kind(self) -> str:
        """The event without the name of its package: `created`, `rejected`, ..."""
        return self.event.removeprefix("authn_token_").removeprefix("session_")


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What a rule found: against which login, subject or address, and why in a few words."""

    why: str
    handle: str | None = None
    subject: str | None = None


class Rule(Protocol):
    """One kind of suspicion."""

    @property
    def name(self) -> str:
        """As it is configured: `--monitor NAME=RESPONSE`."""

    @property
    def scope(self) -> Scope:
        """What a response is about: this login, all of its subject, or nobody who is known."""

    def judge(self, seen: Observation) -> Suspicion | None:
        """Take notice of *seen*, and say what is suspicious about it."""


class Memory(Recent[Key, Value]):
    """What a rule remembers of each login, subject or address."""

    def __init__(self) -> None:
        super().__init__(LOGINS)


def network(address: str) -> str:
    """Return an IPv4 address whole, of an IPv6 address its network: the rest changes by itself."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False))
