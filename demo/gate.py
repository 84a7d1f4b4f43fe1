"""The gate: where a request's credential is read, checked and replaced.

Every route goes through it, so that the rules a scheme must keep stand in one place: a credential
held before a login is never kept, and what a client cannot carry is never sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter_ns, thread_time_ns
from typing import TYPE_CHECKING, Any

from flask import g, request

from .accounts import Account, Accounts, MemoryRegisters
from .accounts.successors import Successor, Successors
from .auth import Client, Grant, Identity, Mechanism, Revocation, Scheme
from .limits import MAX_USER_AGENT_CHARACTERS
from .problems import Problem, Unidentified
from .renewals import renew_when_due
from .timing import CHECK_CPU
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

    def __init__(
        self,
        scheme: Scheme,
        transport: Transport,
        watch: Watch | None = None,
        successors: Successors | None = None,
    ) -> None:
        self.scheme = scheme
        self._successors = successors or Successors(MemoryRegisters())
        self.transport = transport
        self.watch = watch
        self.mechanism = scheme.mechanism
        self._verify = self.mechanism.verify if self.mechanism else _everyone
        self._work = scheme.work
        self._work_outside = scheme.work_outside

    def credential(self) -> str | None:
        """Return the credential the client holds: as sent, unless this request has replaced it."""
        g.credential_was_read = True
        return g.held[0] if "held" in g else self.transport.read(request)

    def presented(self) -> str | None:
        """Return the credential of this request, or what renews it, for the monitor."""
        presented: str | None = g.get("presented")
        return presented or self.transport.read(request)

    def renewal(self) -> str | None:
        """Return what travels for renewal alone; None if that is the credential, or is not sent."""
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
        cpu_ns, started = thread_time_ns(), perf_counter_ns()
        try:
            identity = self._verify(credential, True) if fresh else self._verify(credential)
            if self._work:
                self._work()
        finally:
            g.auth_ns = perf_counter_ns() - started
            request.environ[CHECK_CPU] = thread_time_ns() - cpu_ns
        if self._work_outside:
            self._work_outside()
        if self.watch is not None:
            self.watch.accepted(identity, credential)
        if getattr(identity, "renewal_due", False):
            renew_when_due(self, credential)
        return identity

    def caller(self, *, fresh: bool = False) -> Identity:
        """Return the verified caller; an anonymous visitor with a record of its own is one."""
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
        """Return the mechanism, for routes that change something."""
        if self.mechanism is None:
            raise Problem(409, "This scheme keeps nothing", "control asks nobody who they are")
        return self.mechanism

    def begin(self, account: Account, accounts: Accounts) -> Grant | None:
        """
        Log *account* in and return the grant; None if its password has changed meanwhile.

        What an anonymous visitor collected is kept, under a new credential: one that was held
        before could have been planted (ASVS 5.0 7.2.4). Of a login that is sent twice at once
        with one credential in hand, both are given the same grant.
        """
        mechanism = self.keeping()
        held = self.credential()
        cart: Mapping[str, Any] = {}
        try:
            if held is None:
                grant: Grant = mechanism.issue(account.name, None, self.client())
            else:
                found = self._succeed(mechanism, held, account, accounts)
                if found is None:
                    return None
                grant, cart = found
        except ValueError as exc:
            # The mechanism has a limit that this login would pass, such as one on their number.
            raise Problem(409, "The login cannot begin", str(exc)) from exc
        # Only now: a change of the password that is acknowledged before this ends the login, and
        # one that comes after it finds the login there to be ended (decision 9).
        if not accounts.is_current(account):
            self._withdraw(mechanism, grant, cart)
            return None
        self.confirmed(grant)
        return grant

    def end(self, held: str) -> Revocation:
        """
        End the login of *held*; raise the mechanism's rejection if there is none.

        One that another request has just given another credential ends as well: whoever logs out
        does not care which of their requests came first.
        """
        mechanism = self.keeping()
        try:
            return mechanism.revoke(held)
        except mechanism.rejection:
            with self._successors.turn(held) as turn:
                if turn.before is None:
                    raise
                return mechanism.revoke(turn.before.credential)

    def replace(self, held: str, replacement: Callable[[], Grant]) -> Grant:
        """Return what *replacement* gives for *held*; a login that overtakes it finds it."""
        with self._successors.turn(held) as turn:
            grant = replacement()
            turn.after = _successor(grant, None)
        return grant

    def confirmed(self, grant: Grant) -> None:
        """Take notice that whoever is given *grant* has just proved to know the password."""
        if self.watch is not None:
            self.watch.gave_password(grant.handle)

    def client(self) -> Client:
        """Who is asking, for the devices page."""
        agent = request.environ.get("HTTP_USER_AGENT", "")[:MAX_USER_AGENT_CHARACTERS]
        return Client(request.environ.get("REMOTE_ADDR", ""), agent)

    def _succeed(
        self, mechanism: Mechanism, held: str, account: Account, accounts: Accounts
    ) -> tuple[Grant, Mapping[str, Any]] | None:
        """Replace *held* by a login of *account*; return it, and what a visitor had collected."""
        login = (account.name, account.version)
        with self._successors.turn(held) as turn:
            before = turn.before
            if not accounts.is_current(account):
                return None  # Before anything is replaced: the visitor stays one.
            if before is not None and not self._is_live(mechanism, before.credential):
                before = None
            if before is not None and before.login == login:
                return before, {}
            if before is not None and before.login is None:
                # It was renewed while this login was on its way.
                found = self._succeed(mechanism, before.credential, account, accounts)
            else:
                found = self._renew_or_issue(mechanism, held, account.name)
            if found is not None:
                turn.after = _successor(found[0], login)
        return found

    def _renew_or_issue(
        self, mechanism: Mechanism, held: str, subject: str
    ) -> tuple[Grant, Mapping[str, Any]]:
        try:
            found = mechanism.verify(held)
            grant = mechanism.renew(held, subject, self.client())
        except mechanism.rejection:
            # Never adopted: to log in with a dead credential in hand is to start over.
            return mechanism.issue(subject, None, self.client()), {}
        return grant, found.data if found.subject is None else {}

    def _withdraw(self, mechanism: Mechanism, grant: Grant, cart: Mapping[str, Any]) -> None:
        """End the login that was not to be, and let a visitor go on as one, with the cart."""
        with suppress(mechanism.rejection):
            mechanism.revoke(grant.credential)
        if cart:
            g.renewed = mechanism.issue(None, cart, self.client())
            self.hold(g.renewed)

    @staticmethod
    def _is_live(mechanism: Mechanism, credential: str) -> bool:
        try:
            mechanism.verify(credential)
        except mechanism.rejection:
            return False
        return True


def describe_grant(subject: str | None, grant: Grant) -> dict[str, Any]:
    """Return what the JSON of a login says, whatever the transport."""
    return {"subject": subject, "handle": grant.handle, "expires_at": grant.expires_at}


def _everyone(_: str, fresh: bool = False) -> Identity:  # noqa: ARG001 - nobody is asked
    return EVERYONE


def _successor(grant: Grant, login: tuple[str, int] | None) -> Successor:
    return Successor(grant.credential, grant.renewal, grant.expires_at, grant.handle, login)
