"""Rules about logins that fail: somebody looks for a password, or for an account that has it."""

from __future__ import annotations

from ..bounded import Recent
from .base import Memory, Observation, Scope, Suspicion, network

FAILED = "authn_login_fail"


class PasswordGuessing:
    """
    One account was given many different wrong passwords: somebody looks for the right one.

    False alarm: its owner, who has forgotten which of many passwords it was. A program that sends
    the same old password again and again counts once.
    """

    name = "password-guessing"
    scope: Scope = "subject"
    most = 5
    window_s = 600.0

    def __init__(self) -> None:
        self._tried: Memory[bytes, Recent[bytes, float]] = Memory()

    def judge(self, seen: Observation) -> Suspicion | None:
        if seen.event != FAILED or seen.account is None or seen.tag is None:
            return None
        if not _is_one_too_many(self._tried, seen.account, seen.tag, self, seen.at):
            return None
        minutes = self.window_s / 60
        why = f"was given more than {self.most} wrong passwords in {minutes:g} minutes"
        return Suspicion(why, subject=seen.subject)


class PasswordSpraying:
    """
    One wrong password was tried on several accounts: somebody looks for an account that has it.

    False alarm: a person with several accounts who has forgotten which of them it opens. A
    class that was told a password that does not work looks the same.
    """

    name = "password-spraying"
    scope: Scope = "address"
    most = 2
    window_s = 3600.0

    def __init__(self) -> None:
        self._tried: Memory[bytes, Recent[bytes, float]] = Memory()

    def judge(self, seen: Observation) -> Suspicion | None:
        if seen.event != FAILED or seen.account is None or seen.tag is None:
            return None
        if not _is_one_too_many(self._tried, seen.tag, seen.account, self, seen.at):
            return None
        why = f"one wrong password was tried on more than {self.most} accounts in an hour"
        return Suspicion(f"{why}, the last time from {network(seen.client.address)}")


def _is_one_too_many(
    tried: Memory[bytes, Recent[bytes, float]],
    about: bytes,
    what: bytes,
    rule: PasswordGuessing | PasswordSpraying,
    now: float,
) -> bool:
    """Remember *what* was tried; return whether it is new, and one more than the rule lets by."""
    known = tried.setdefault(about, Recent(rule.most + 1))
    is_new = not now - rule.window_s < known.get(what, -rule.window_s) <= now
    known[what] = now
    tried[about] = known
    recent = sum(now - at < rule.window_s for at in known.values())
    return is_new and recent > rule.most
