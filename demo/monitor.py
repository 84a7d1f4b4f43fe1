"""Judges what happens to credentials, and keeps what it found: alarms, and what to do about them.

What it sees are the audit events of sessions and tokens, with the client of the request that
caused them, and each credential that was accepted. The rules are in rules.py, each with its false
alarms; the response to each is configuration, and `log` unless said otherwise.

Everything is in this process's memory and bounded: another worker has a monitor of its own, and
`ask-again` holds on the worker that saw the alarm. `revoke` goes through the store, so it holds
everywhere.
"""

from __future__ import annotations

import itertools
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Literal, get_args

from .auth import Client, Identity
from .bounded import Recent
from .rules import Observation, Rule, Suspicion, all_rules
from .rules.base import LOGINS

Response = Literal["log", "ask-again", "revoke"]
RESPONSES: tuple[Response, ...] = get_args(Response)
RULES = tuple(rule.name for rule in all_rules())
LOG_ONLY = frozenset({"guessing", "password-guessing", "password-spraying"})
"""Rules about strangers: to end or to hinder logins would be a weapon in their hands."""

HISTORY = 500
ALARMS_A_SUBJECT = 20
QUIET_S = 60.0
"""An alarm that comes again sooner is counted, and is no other."""


@dataclass(slots=True)
class Alarm:
    """What a rule found, for the devices page and the audit log."""

    rule: str
    why: str
    response: Response
    scope: str
    at: float
    subject: str | None
    handle: str | None
    client: Client
    count: int = 1


@dataclass(frozen=True, slots=True)
class Judged:
    """One audit event as it was judged."""

    at: float
    event: str
    subject: str | None
    handle: str | None
    facts: Mapping[str, Any]
    client: Client
    alarms: tuple[str, ...]
    """The rules that took exception to it."""


class Monitor:
    """Judges one scheme's events in one process. Safe to share between threads."""

    def __init__(
        self,
        responses: Mapping[str, Response] | None = None,
        *,
        rules: Sequence[Rule] | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.responses: dict[str, Response] = dict.fromkeys(RULES, "log")
        self.responses.update(responses or {})
        self._rules = all_rules() if rules is None else rules
        self._now = now
        self._lock = threading.Lock()
        # Whoever reads this process's log or pages must not be able to test credentials with it.
        self._secret = secrets.token_bytes(32)
        self._history: deque[Judged] = deque(maxlen=HISTORY)
        self._alarms: Recent[str, deque[Alarm]] = Recent(LOGINS)
        self._latest: Recent[tuple[str, str | None, str | None], Alarm] = Recent(LOGINS)
        # What came after what, whatever happens to the clock.
        self._order = itertools.count(1)
        self._asked: Recent[tuple[str, str], int] = Recent(LOGINS)
        self._gave_password: Recent[str, int] = Recent(LOGINS)

    def tag(self, credential: str) -> bytes:
        """Return a name for *credential* that is of no use outside this process."""
        text = credential.encode("utf-8", "surrogatepass")
        return blake2b(text, digest_size=16, key=self._secret).digest()

    def accepted(self, identity: Identity, credential: str, client: Client) -> list[Alarm]:
        """Judge that a credential was accepted, and give the alarms that this is new about."""
        tag = self.tag(credential)
        now = self._now()
        return self._judge(
            Observation("accepted", now, client, tag, identity.subject, identity.handle)
        )

    def wrong_password(
        self, name: str, password: str, subject: str | None, client: Client
    ) -> list[Alarm]:
        """
        Judge that *password* was wrong for *name*, and return the alarms that are new.

        *subject* is *name* if there is such an account, else None.
        """
        # Of both only what tells them from others is kept: people mistake one field for the other.
        tag, account = self.tag(f"password {password}"), self.tag(f"name {name}")
        seen = Observation("authn_login_fail", self._now(), client, tag, subject, account=account)
        return self._judge(seen)

    def happened(
        self, event: str, facts: Mapping[str, Any], credential: str | None, client: Client
    ) -> list[Alarm]:
        """Judge an audit event, and give the alarms that this is new about."""
        tag = None if credential is None else self.tag(credential)
        known = facts.get("subject"), facts.get("handle")
        return self._judge(Observation(event, self._now(), client, tag, *known, facts=facts))

    def asks_again(self, identity: Identity) -> bool:
        """Whether *identity* must give the password before it does what matters."""
        places = (("login", identity.handle), ("subject", identity.subject or ""))
        with self._lock:
            asked = max(self._asked.get(place, 0) for place in places)
            return asked > self._gave_password.get(identity.handle, 0)

    def gave_password(self, handle: str) -> None:
        """Take notice that whoever holds *handle* has just proved to know the password."""
        with self._lock:
            self._gave_password[handle] = next(self._order)

    def alarms(self, subject: str) -> list[Alarm]:
        """Return what was found about *subject*, newest first."""
        with self._lock:
            return list(reversed(self._alarms.get(subject, ())))

    def history(self) -> list[Judged]:
        """Return the audit events of late as they were judged, newest first."""
        with self._lock:
            return list(reversed(self._history))

    def _judge(self, seen: Observation) -> list[Alarm]:
        with self._lock:
            found = [(rule, rule.judge(seen)) for rule in self._rules]
            alarms = [self._alarm(rule, why, seen) for rule, why in found if why is not None]
            if seen.event != "accepted" or alarms:
                names = tuple(alarm.rule for alarm in alarms)
                self._history.append(
                    Judged(
                        seen.at,
                        seen.event,
                        seen.subject,
                        seen.handle,
                        seen.facts,
                        seen.client,
                        names,
                    )
                )
            return [alarm for alarm in alarms if alarm.count == 1]

    def _alarm(self, rule: Rule, suspicion: Suspicion, seen: Observation) -> Alarm:
        handle, subject = suspicion.handle, suspicion.subject
        address = seen.client.address if rule.scope == "address" else handle
        known = self._latest.get((rule.name, subject, address))
        if known is not None and seen.at - known.at < QUIET_S:
            known.count += 1
            return known
        response = self.responses[rule.name]
        alarm = Alarm(
            rule.name, suspicion.why, response, rule.scope, seen.at, subject, handle, seen.client
        )
        self._latest[rule.name, subject, address] = alarm
        if subject is not None:
            alarms = self._alarms.get(subject) or deque(maxlen=ALARMS_A_SUBJECT)
            alarms.append(alarm)
            self._alarms[subject] = alarms
        if response == "ask-again":
            place = ("login", handle) if rule.scope == "login" else ("subject", subject)
            self._asked[place[0], place[1] or ""] = next(self._order)
        return alarm


def read_responses(given: Iterable[str]) -> dict[str, Response]:
    """
    Give responses by rule from texts such as `pace=revoke`, where `all` stands for every rule.

    Raises ValueError with the remedy for what is none.
    """
    found: dict[str, Response] = {}
    for text in given:
        name, _, wanted = text.partition("=")
        if name not in (*RULES, "all"):
            raise ValueError(f"the monitor has no rule {name!r}; there are all, {', '.join(RULES)}")
        response = next((known for known in RESPONSES if known == wanted), None)
        if response is None:
            raise ValueError(f"{text}: the response is one of {', '.join(RESPONSES)}")
        if name in LOG_ONLY and response != "log":
            raise ValueError(f"{text}: whoever guesses is nobody yet; the response can only be log")
        names = RULES if name == "all" else (name,)
        found |= {each: "log" if each in LOG_ONLY else response for each in names}
    return found
