"""What gives a new credential: /login, /renew, /password."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec
from flask import Blueprint, Response, g

from .accounts import Account, Accounts
from .accounts.events import Event, emit
from .auth import Grant
from .delivery import answer
from .gate import Everyone, Gate, describe_grant
from .limits import NewPassword, Password, read_body
from .problems import Problem, Unidentified, refusal
from .rules.base import network


class Login(msgspec.Struct):
    username: Password
    password: Password


class Renewal(msgspec.Struct):
    refresh_token: str | None = None


class PasswordChange(msgspec.Struct):
    old: Password
    new: NewPassword


def login_routes(gate: Gate, accounts: Accounts) -> Blueprint:
    """Return the routes that begin and replace a login."""
    routes = Blueprint("logins", __name__)

    @routes.post("/login")
    def login() -> Response:
        fields = read_body(Login)
        account = _checked(gate, accounts, fields.username, fields.password)
        if account is not None and gate.mechanism is None:
            accounts.succeeded(account)
            everyone = Everyone()
            return answer(gate, "login", _described(everyone))
        grant = None if account is None else gate.begin(account, accounts)
        if account is None or grant is None:
            # The same whether the account or the password was wrong, or changed meanwhile.
            challenge = gate.transport.challenge(rejected=False)
            raise refusal(challenge, "Wrong username or password", "check both and try again")
        accounts.succeeded(account)
        return answer(gate, "login", describe_grant(account.name, grant), grant=grant)

    @routes.post("/renew")
    def renew() -> Response:
        mechanism = gate.keeping()
        held = gate.credential()
        renewal = read_body(Renewal).refresh_token or gate.renewal() or held
        if renewal is None:
            raise Unidentified
        g.presented = renewal

        def replacement() -> Grant:
            return mechanism.renew(renewal, None, gate.client())

        # A refresh token has a grace period of its own; nobody logs in with it in hand.
        grant = gate.replace(renewal, replacement) if renewal == held else replacement()
        fields = {"handle": grant.handle, "expires_at": grant.expires_at}
        return answer(gate, "renew", fields, grant=grant)

    @routes.post("/password")
    def password() -> Response:
        return _change_password(gate, accounts)

    return routes


def _change_password(gate: Gate, accounts: Accounts) -> Response:
    """
    Change the password in one step, in the order of docs/decisions/0012.

    The credential is replaced first, which only one request can do; then the password, if it is
    still the one that was checked; then every other login ends (ASVS 5.0 7.4.3).
    """
    mechanism = gate.keeping()
    fields = read_body(PasswordChange)
    _, subject = gate.member(fresh=True)
    held = gate.credential() or ""
    account = _checked(gate, accounts, subject, fields.old)
    if account is None:
        emit(Event.PASSWORD_CHANGE_FAIL, subject=subject)
        raise Problem(403, "The old password is wrong", "nothing was changed")
    hashed = accounts.hash(fields.new)
    grant = gate.replace(held, lambda: mechanism.renew(held, subject, gate.client()))
    try:
        changed = accounts.change(account, hashed)
        if changed is None:
            emit(Event.PASSWORD_CHANGE_FAIL, subject=subject)
            return _overtaken(gate, grant.credential)
        try:
            revocation = mechanism.revoke_all(subject, keep=grant.handle)
        except mechanism.outages:
            # Not changed for somebody whose other logins could not be ended.
            accounts.restore(changed, account)
            raise
    except BaseException:
        g.renewed = grant  # The credential of before is gone, whatever the answer says.
        raise
    gate.confirmed(grant)
    emit(Event.PASSWORD_CHANGE, subject=subject)
    return answer(
        gate, "password", describe_grant(subject, grant), grant=grant, revocation=revocation
    )


def _checked(gate: Gate, accounts: Accounts, name: str, password: str) -> Account | None:
    """Return the account if that is its password, and have a failure judged; None if it is not."""
    account = accounts.check(name, password, network(gate.client().address))
    if account is None and gate.watch is not None:
        gate.watch.wrong_password(name, password, name if accounts.knows(name) else None)
    return account


def _overtaken(gate: Gate, credential: str) -> Response:
    """Answer a change that another one overtook, which has ended every other login: this one."""
    mechanism = gate.keeping()
    with suppress(mechanism.rejection):
        mechanism.revoke(credential)
    challenge = gate.transport.challenge(rejected=True)
    detail = "nothing was changed by this request; log in with the new password"
    response = refusal(challenge, "The password was changed meanwhile", detail).answer()
    gate.transport.clear(response)
    return response


def _described(everyone: Everyone) -> dict[str, Any]:
    return {
        "subject": everyone.subject,
        "handle": everyone.handle,
        "expires_at": everyone.expires_at,
    }
