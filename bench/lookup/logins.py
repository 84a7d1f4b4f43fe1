"""Logs in under every arm and prepares its requests, after a tampered one was refused."""

from __future__ import annotations

from collections.abc import Sequence

from .. import gates
from ..answers import fault_of
from ..caller import Caller, Refused
from ..driving.job import Credential, Load
from ..nodes import Node
from ..payload.wire import Connection
from ..processes.children import BenchError
from ..records import Arm, Gate

SUBJECTS = ("alice", "bob", "carol")
_PATH = "/me"


def prepare(node: Node, arms: Sequence[Arm], logins: int) -> tuple[list[Load], list[Gate]]:
    """
    Requests for *arms*, in their order, with *logins* credentials of each account.

    The gates say for each arm with a credential whether a tampered one was refused, at this very
    server. The credential is put into the bytes here: HTTP libraries drop Secure cookies on
    loopback, and a benchmark then measures anonymous requests.
    """
    loads, found = [], []
    with Connection(node.host, node.port) as connection:
        for arm in arms:
            callers = [
                (_logged_in(connection, node, arm, subject), subject)
                for subject in SUBJECTS
                for _ in range(logins)
            ]
            loads.append(_load(node, arm, callers))
            if arm.mechanism != "control":
                status = callers[0][0].tampered().me().status
                found.append(gates.tampered_refused(arm.name, status))
    return loads, found


def _logged_in(connection: Connection, node: Node, arm: Arm, subject: str) -> Caller:
    caller = Caller(connection, node.base(arm.name))
    if arm.mechanism == "control":
        return caller
    try:
        caller.login(subject)
    except (Refused, OSError) as exc:
        raise BenchError(f"{arm.name}: {subject} cannot log in: {exc}") from exc
    fault = fault_of(caller.me(), subject)
    if fault:
        raise BenchError(f"{arm.name}: {subject} logged in, and then: {fault}")
    return caller


def _load(node: Node, arm: Arm, callers: Sequence[tuple[Caller, str]]) -> Load:
    # Whoever calls, control says it is the first account.
    first = SUBJECTS[0]
    credentials = [
        Credential(caller.raw("GET", _PATH), first if arm.mechanism == "control" else subject)
        for caller, subject in callers
    ]
    return Load(
        name=arm.name, scheme=arm.scheme, path=node.base(arm.name) + _PATH, credentials=credentials
    )
