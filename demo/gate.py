"""The gate: where a request's credential is read, checked and replaced.

Every route goes through it, so that the rules a scheme must keep stand in one place: a credential
held before a login is never kept, and what a client cannot carry is never sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import perf_counter_ns
from typing import Any
from urllib.parse import urlencode

from flask import Response, g, render_template, request, url_for

from .answers import json_answer, wants_html
from .auth import Client, Grant, Identity, Mechanism, Revocation, Scheme
from .limits import MAX_USER_AGENT_CHARACTERS
from .problems import Problem, Unidentified
from .timing import spin
from .transports import Transport


@dataclass(frozen=True, slots=True)
class Everyone:
    """Who every caller is under `control`, where nobody is asked."""

    subject: str = "alice"
    handle: str = "control"
    created_at: float = 0.0
    expires_at: float = 4102444800.0  # 2100: nothing that could end
    data: Mapping[str, Any] = field(default_factory=dict)


class Gate:
    """A scheme and its transport, as the routes use them."""

    def __init__(self, scheme: Scheme, transport: Transport) -> None:
        self.scheme = scheme
        self.transport = transport
        self.mechanism = scheme.mechanism
        self._verify = self.mechanism.verify if self.mechanism else _everyone(scheme.delay_us)

    def credential(self) -> str | None:
        """Give the credential as sent; the answer will say that it depends on it."""
        g.credential_was_read = True
        return self.transport.read(request)

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
            return self._verify(credential, True) if fresh else self._verify(credential)
        finally:
            g.auth_ns = perf_counter_ns() - started

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
            return self._replace_or_issue(mechanism, held, subject)
        except ValueError as exc:
            # The mechanism has a limit that this login would pass, such as one on their number.
            raise Problem(409, "The login cannot begin", str(exc)) from exc

    def client(self) -> Client:
        """Who is asking, for the devices page."""
        agent = request.environ.get("HTTP_USER_AGENT", "")[:MAX_USER_AGENT_CHARACTERS]
        return Client(request.environ.get("REMOTE_ADDR", ""), agent)

    def answer(
        self,
        done: str,
        fields: Mapping[str, Any],
        *,
        grant: Grant | None = None,
        revocation: Revocation | None = None,
        clear: bool = False,
    ) -> Response:
        """
        Answer a request that changed something, after telling the client its new credential.

        JSON gets *fields*; a form gets the page again, with *done* and the revocation in words.
        """
        described = revocation.describe() if revocation else {}
        body: dict[str, Any] = {**fields, "revocation": described} if revocation else {**fields}
        if grant is not None:
            self.transport.check(grant)
            body |= self.transport.fields(grant)
        if not wants_html():
            response = json_answer(body)
        elif grant is not None and not self.transport.ambient:
            response = Response(render_template("bearer.html", scheme=self.scheme, body=body))
        else:
            response = _back_to_page(done, described)
        if grant is not None:
            self.transport.deliver(grant, response)
        if clear:
            self.transport.clear(response)
        return response

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


def _back_to_page(done: str, described: Mapping[str, str | float]) -> Response:
    query = urlencode({"done": done, **described})
    # 303: the browser gets the page with GET, so that a reload does not send the form again.
    return Response(status=303, headers={"Location": f"{url_for('pages.page')}?{query}"})


def _everyone(delay_us: float) -> Callable[..., Identity]:
    everyone = Everyone()
    delay_ns = round(delay_us * 1000)

    def verify(_: str, fresh: bool = False) -> Identity:  # noqa: ARG001 - nobody is asked
        if delay_ns:
            spin(delay_ns)
        return everyone

    return verify
