"""The gate: where a request's credential is read, checked and replaced.

Every route goes through it, so that the rules a scheme must keep stand in one place: a credential
held before a login is never kept, and what a client cannot carry is never sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

from flask import g, request

from .auth import Client, Grant, Identity, Mechanism, Scheme
from .limits import MAX_USER_AGENT_CHARACTERS
from .problems import Problem, Unidentified
from .renewals import renew_when_due
from .timing import Wait
from .transports import Transport

if TYPE_CHECKING:
    from .watch import Watch


@dataclass(frozen=True, slots=True)
class Everyone:
    """Who every caller is under `control`, where nobody is asked."""

    subject: str = "alice"
    handle: str = "control"
    created_at: float = 0.0
    expires_at: float = 4102444800.0  # 2100: nothing that could end
    data: Mapping[str, Any] = field(default_factory=dict)


EVERYONE = Everyone()


class Gate:
    """A scheme, its transport, and who watches, as the routes use them."""

    def __init__(self, scheme: Scheme, transport: Transport, watch: Watch | None = None) -> None:
        self.scheme = scheme
        self.transport = transport
        self.watch = watch
        self.mechanism = scheme.mechanism
        self._verify = self.mechanism.verify if self.mechanism else _everyone
        self._wait = Wait(round(scheme.delay_us * 1000)) if scheme.delay_us else None

    def credential(self) -> str | None:
        """Give the credential the client holds: as sent, unless this request has replaced it."""
        g.credential_was_read = True
        return g.held[0] if "held" in g else self.transport.read(request)

    def presented(self) -> str | None:
        """Give what this request was about, for the monitor: the credential, or what renews it."""
        presented: str | None = g.get("presented")
        return presented or self.transport.read(request)

    def renewal(self) -> str | None:
        """Give what travels for renewal alone; None if that is the credential, or is not sent."""
        if "held" in g and g.held[1] is not None:
            renewal: str = g.held[1]
            return renewal
        return self.transport.read_renewal(request)

    def hold(self, grant: Grant | None) -> None:
        """Have the rest of this request go on with what the client is about to hold."""
        g.held = (None, None) if grant is None else (grant.credential, grant.renewal)

    def visitor(self, *, fresh: bool = False) -> Identity | None:
        """
        Give the verified caller, or None if no credential was sent.

        A credential that was sent and is refused is an error here too: to serve its holder as a
        stranger would overwrite a login that only needs renewal.
        """
        credential = self.credential()
        if credential is None:
            return None
        started = perf_counter_ns()
        try:
            identity = self._verify(credential, True) if fresh else self._verify(credential)
        finally:
            ended = perf_counter_ns()
            if self._wait:
                ended = self._wait.until_after(ended)
            g.auth_ns = ended - started
        if self.watch is not None:
            self.watch.accepted(identity, credential)
        if getattr(identity, "renewal_due", False):
            renew_when_due(self, credential)
        return identity

    def caller(self, *, fresh: bool = False) -> Identity:
        """Give the verified caller; an anonymous visitor with a record of its own is one."""
        identity = self.visitor(fresh=fresh)
        if identity is None:
            raise Unidentified
        return identity

    def member(self, *, fresh: bool = False) -> tuple[Identity, str]:
        """
        Give the verified caller, who has logged in, and its subject.

        *fresh*: on routes where a credential that was revoked a moment ago could do lasting harm.
        """
        identity = self.caller(fresh=fresh)
        if identity.subject is None:
            raise Unidentified
        return identity, identity.subject

    def trusted(self) -> tuple[Identity, str]:
        """
        Give the caller as `member` does, afresh, for what a thief would do first.

        Refused if the monitor wants the password again: a stolen credential does not know it.
        """
        identity, subject = self.member(fresh=True)
        if self.watch is not None and self.watch.asks_again(identity):
            raise Problem(
                401,
                "Give the password again",
                "something unusual was noticed; log in once more and repeat this",
                {"WWW-Authenticate": self.transport.challenge(rejected=False, again=True)},
            )
        return identity, subject

    def keeping(self) -> Mechanism:
        """Give the mechanism, for routes that change something."""
        if self.mechanism is None:
            raise Problem(409, "This scheme keeps nothing", "control asks nobody who they are")
        return self.mechanism

    def begin(self, subject: str) -> Grant:
        """
        Log *subject* in and give the grant.

        What an anonymous visitor collected is kept, under a new credential: one that was held
        before could have been planted (ASVS 5.0 7.2.4).
        """
        mechanism = self.keeping()
        held = self.credential()
        try:
            grant = self._replace_or_issue(mechanism, held, subject)
        except ValueError as exc:
            # The mechanism has a limit that this login would pass, such as one on their number.
            raise Problem(409, "The login cannot begin", str(exc)) from exc
        self.confirmed(grant)
        return grant

    def confirmed(self, grant: Grant) -> None:
        """Take notice that whoever is given *grant* has just proved to know the password."""
        if self.watch is not None:
            self.watch.gave_password(grant.handle)

    def client(self) -> Client:
        """Who is asking, for the devices page."""
        agent = request.environ.get("HTTP_USER_AGENT", "")[:MAX_USER_AGENT_CHARACTERS]
        return Client(request.environ.get("REMOTE_ADDR", ""), agent)

    def _replace_or_issue(self, mechanism: Mechanism, held: str | None, subject: str) -> Grant:
        if held is not None:
            try:
                return mechanism.renew(held, subject, self.client())
            except mechanism.rejection:
                pass  # Never adopted: to log in with a dead credential in hand is to start anew.
        return mechanism.issue(subject, None, self.client())


def describe_grant(subject: str | None, grant: Grant) -> dict[str, Any]:
    """Give what the JSON of a login says, whatever the transport."""
    return {"subject": subject, "handle": grant.handle, "expires_at": grant.expires_at}


def _everyone(_: str, fresh: bool = False) -> Identity:  # noqa: ARG001 - nobody is asked
    return EVERYONE
