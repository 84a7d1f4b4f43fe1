"""What an attack is run against, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..shop.client import Browser

Result = Literal["blocked", "limited", "works", "not-applicable"]


@dataclass
class Outcome:
    """What an attack achieved, and how it went."""

    result: Result
    text: str
    """One sentence on the effect, for the matrix and for the learner."""
    story: list[str] = field(default_factory=list)

    @property
    def worked(self) -> bool:
        """Whether the attacker has what they came for, if only for a while."""
        return self.result in ("works", "limited")


@dataclass
class Target:
    """An app under attack: people with browsers, and what the attacker may know of it."""

    name: str
    mechanism: Literal["session", "token"]
    transport: str
    new_browser: Callable[[str, int], Browser]
    """A person's browser at one of the nodes."""
    nodes: int = 1
    strength: str = "immediate"
    bound_s: float = 0.0
    algorithm: str = ""
    public_keys: Sequence[bytes] = ()
    """Public keys in the forms that an attacker would feed to an HMAC."""
    advance: Callable[[float], None] | None = None
    """Moves the target's clock by seconds; None where it cannot be moved."""
    inject: Callable[[Browser, str], bool] = lambda _browser, _markup: True
    """Leaves a review with a script in it, and says whether a browser would run it. Where the app
    shows no foreign text, the attack begins with a script that is there already."""
    demote: Callable[[str], None] | None = None
    """Takes a person's role away on the server."""
    cookie_name: str = "__Host-session"

    def browser(self, name: str = "alice", node: int = 0) -> Browser:
        """A person's browser, fresh from the box."""
        return self.new_browser(name, node)

    def thief(self, credential: str, node: int = 0) -> Browser:
        """The attacker's browser, with *credential* put into it by hand."""
        thief = self.browser("mallory", node)
        if self.transport == "bearer":
            thief.bearer = credential
        else:
            thief.plant(self.cookie_name, credential)
        return thief


def not_applicable(text: str) -> Outcome:
    """There is nothing there that could be attacked in this way."""
    return Outcome("not-applicable", text)


def verdict(worked: bool, works: str, blocked: str, story: list[str]) -> Outcome:
    """One of two."""
    return Outcome("works", works, story) if worked else Outcome("blocked", blocked, story)
