"""Rules about a credential that somebody else seems to have a copy of."""

from __future__ import annotations

from ..agents import summary
from .base import Memory, Observation, Scope, Suspicion, network


class UseAfterLogout:
    """
    A credential was used that was logged out before: somebody kept a copy.

    False alarm: another tab or a program that still held it when its user logged out. What comes
    within two seconds of the logout was under way, and does not count.
    """

    name = "use-after-logout"
    scope: Scope = "subject"
    under_way_s = 2.0

    def __init__(self) -> None:
        self._subjects: Memory[str, str | None] = Memory()
        self._logins: Memory[bytes, str] = Memory()
        self._ended: Memory[str, tuple[str | None, float, bool]] = Memory()

    def judge(self, seen: Observation) -> Suspicion | None:
        if seen.kind == "revoked":
            self._end(seen)
            return None
        if seen.kind == "accepted" and seen.handle is not None and seen.tag is not None:
            self._subjects[seen.handle] = seen.subject
            self._logins[seen.tag] = seen.handle
            return self._judge(seen, seen.handle, "still accepted")
        if seen.kind == "rejected":
            # A session that is gone has no handle any more; its ID is known from before.
            handle = seen.handle or self._logins.get(seen.tag or b"")
            return self._judge(seen, handle, "refused")
        return None

    def _judge(self, seen: Observation, handle: str | None, answer: str) -> Suspicion | None:
        if handle is None or handle not in self._ended:
            return None
        subject, ended_at, alone = self._ended[handle]
        if seen.kind == "accepted" and not alone:
            del self._ended[handle]  # "Log out everywhere" kept this one.
            return None
        if seen.at - ended_at < self.under_way_s:
            return None
        return Suspicion(f"used after its logout, and {answer}", handle, subject)

    def _end(self, seen: Observation) -> None:
        if seen.handle is not None:
            self._ended[seen.handle] = (seen.subject, seen.at, True)
            return
        for handle, subject in self._subjects.items():
            if subject == seen.subject and subject is not None and handle not in self._ended:
                self._ended[handle] = (subject, seen.at, False)


class AddressAndAgent:
    """
    One login came from another address and another browser at once: it may have been copied.

    False alarm: a phone that changes networks on the day of its update changes both as well. One
    alone changes every day, and versions of a browser, like addresses of one IPv6 network, do not
    count. A thief who copies the browser's name too is not noticed.
    """

    name = "address-and-agent"
    scope: Scope = "login"

    def __init__(self) -> None:
        self._last: Memory[str, tuple[str, str]] = Memory()

    def judge(self, seen: Observation) -> Suspicion | None:
        if seen.kind != "accepted" or seen.handle is None:
            return None
        now = (network(seen.client.address), summary(seen.client.user_agent))
        before = self._last.get(seen.handle, now)
        self._last[seen.handle] = now
        if before[0] == now[0] or before[1] == now[1]:
            return None
        why = f"came from {before[1]} at {before[0]}, and now from {now[1]} at {now[0]}"
        return Suspicion(why, seen.handle, seen.subject)


class RecentReuse:
    """
    A refresh token was used twice within a minute: most often a client that ran twice.

    False alarm: most of these are. A client that retries after the grace period, or two copies
    of a program with one file of credentials. The family has ended either way.
    """

    name = "reuse-recent"
    scope: Scope = "subject"
    how = "recent"

    def judge(self, seen: Observation) -> Suspicion | None:
        if seen.kind != "reuse" or seen.facts.get("kind") != self.how:
            return None
        spent_s = seen.facts.get("spent_s", 0)
        why = f"a refresh token was used again after {spent_s:g} seconds ({self.how})"
        return Suspicion(why, seen.handle, seen.subject)


class OrphanedReuse(RecentReuse):
    """
    A refresh token was used twice, and its successor never: most often an answer that was lost.

    False alarm: a phone that left its network between asking and hearing. A thief who was faster
    than the owner, and has not used what he got, looks the same.
    """

    name = "reuse-orphaned"
    how = "orphaned"


class StaleReuse(RecentReuse):
    """
    A refresh token was used long after its successor was: somebody has kept a copy.

    False alarm: a device that was restored from an old backup. There is hardly another.
    """

    name = "reuse-stale"
    how = "stale"
