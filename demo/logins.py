"""What gives a new credential: /login, /renew, /password."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, Response, g

from .accounts import Accounts
from .delivery import answer
from .gate import Everyone, Gate, describe_grant
from .limits import NewPassword, Password, read_body
from .problems import Problem, Unidentified, refusal


class Login(msgspec.Struct):
    username: Password
    password: Password


class Renewal(msgspec.Struct):
    refresh_token: str | None = None


class PasswordChange(msgspec.Struct):
    old: Password
    new: NewPassword


def login_routes(gate: Gate, accounts: Accounts) -> Blueprint:
    """Give the routes that begin and replace a login."""
    routes = Blueprint("logins", __name__)

    @routes.post("/login")
    def login() -> Response:
        fields = read_body(Login)
        if not accounts.accepts(fields.username, fields.password):
            # The same whether the account or the password was wrong.
            challenge = gate.transport.challenge(rejected=False)
            raise refusal(challenge, "Wrong username or password", "check both and try again")
        if gate.mechanism is None:
            everyone = Everyone()
            return answer(gate, "login", _described(everyone))
        grant = gate.begin(fields.username)
        return answer(gate, "login", describe_grant(fields.username, grant), grant=grant)

    @routes.post("/renew")
    def renew() -> Response:
        mechanism = gate.keeping()
        held = gate.credential()
        renewal = read_body(Renewal).refresh_token or gate.renewal() or held
        if renewal is None:
            raise Unidentified
        g.presented = renewal
        grant = mechanism.renew(renewal, None, gate.client())
        fields = {"handle": grant.handle, "expires_at": grant.expires_at}
        return answer(gate, "renew", fields, grant=grant)

    @routes.post("/password")
    def password() -> Response:
        mechanism = gate.keeping()
        fields = read_body(PasswordChange)
        _, subject = gate.member(fresh=True)
        if not accounts.accepts(subject, fields.old):
            raise Problem(403, "The old password is wrong", "nothing was changed")
        held = gate.credential() or ""
        with accounts.changing(subject, fields.new):
            # Whoever knew the old password may hold any of the others (ASVS 5.0 7.4.3).
            grant = mechanism.renew(held, subject, gate.client())
            gate.confirmed(grant)
            revocation = mechanism.revoke_all(subject, keep=grant.handle)
        return answer(
            gate, "password", describe_grant(subject, grant), grant=grant, revocation=revocation
        )

    return routes


def _described(everyone: Everyone) -> dict[str, Any]:
    return {
        "subject": everyone.subject,
        "handle": everyone.handle,
        "expires_at": everyone.expires_at,
    }
