"""Rules that count: what a person would not do so often."""

from __future__ import annotations

from ..bounded import Recent
from .base import Memory, Observation, Scope, Suspicion, network


class Pace:
    """
    One login asked faster than a person can: a program uses it.

    False alarm: a page that asks for a hundred things, a browser that restores its tabs, or the
    owner's own script. Where programs are the usual callers this rule is of no use.
    """

    name = "pace"
    scope: Scope = "login"
    most = 100
    window_s = 10.0

    def __init__(self) -> None:
        self._counts: Memory[str, tuple[float, int]] = Memory()

    def judge(self, seen: Observation) -> Suspicion | None:
        if seen.kind != "accepted" or seen.handle is None:
            return None
        since, count = self._counts.get(seen.handle, (seen.at, 0))
        if not since <= seen.at < since + self.window_s:
            since, count = seen.at, 0
        self._counts[seen.handle] = (since, count + 1)
        if count != self.most:
            return None
        why = f"more than {self.most} requests in {self.window_s:g} seconds"
        return Suspicion(why, seen.handle, seen.subject)


class ManyLogins:
    """
    One account began many logins within an hour, or more than it may have: its password is known.

    False alarm: private windows that are closed without logging out, a shared account, tests. A
    login that was begun before this process was, and is renewed, counts as begun then.
    """

    name = "many-logins"
    scope: Scope = "subject"
    most = 10
    window_s = 3600.0

    def __init__(self) -> None:
        self._begun: Memory[str, Recent[str, float]] = Memory()

    def judge(self, seen: Observation) -> Suspicion | None:
        if seen.subject is None:
            return None
        if seen.kind == "limit_reached":
            return Suspicion("has as many logins as it may", seen.handle, seen.subject)
        if seen.kind not in ("created", "renewed") or seen.handle is None:
            return None
        begun = self._begun.setdefault(seen.subject, Recent(self.most + 1))
        if seen.handle in begun:
            return None
        begun[seen.handle] = seen.at
        self._begun[seen.subject] = begun
        if sum(seen.at - at < self.window_s for at in begun.values()) <= self.most:
            return None
        return Suspicion(f"more than {self.most} logins in an hour", seen.handle, seen.subject)


class Guessing:
    """
    One address sent many different credentials that are none: it is looking for one that is.

    False alarm: many people behind one address, on the day a store or a key is lost and all of
    theirs are refused. One credential that is sent again and again counts once.
    """

    name = "guessing"
    scope: Scope = "address"
    most = 20
    window_s = 60.0

    def __init__(self) -> None:
        self._sent: Memory[str, tuple[float, set[bytes]]] = Memory()

    def judge(self, seen: Observation) -> Suspicion | None:
        if seen.kind != "rejected" or seen.tag is None:
            return None
        address = network(seen.client.address)
        since, sent = self._sent.get(address, (seen.at, set()))
        if not since <= seen.at < since + self.window_s:
            since, sent = seen.at, set()
        if seen.tag in sent:
            return None
        self._sent[address] = (since, sent)
        if len(sent) > self.most:
            return None
        sent.add(seen.tag)
        if len(sent) <= self.most:
            return None
        why = f"more than {self.most} credentials refused in {self.window_s:g} seconds"
        return Suspicion(f"{why}, from {address}")
