"""Ways into a login that a logout may have left open, besides the request that is watched."""

from __future__ import annotations

from collections.abc import Iterator

from ..payload.wire import WireError
from ..revocation.history import ACCEPT, REJECT
from .login import Login
from .service import Service, ServiceError

CONNECTIONS = 4
"""How often each node is asked over a new connection: its processes may not know the same."""
TRIES = 3
COOKIES = 12
"""Of a login with more cookies the first ones are tried alone."""


def ways_left(service: Service, login: Login, left: Login) -> list[str]:
    """
    Return what still opens *login* past its claimed bound.

    *left* is the login as a browser has it that followed the answer to the logout.
    """
    return list(
        dict.fromkeys(words for words, tried in _ways(login, left) if _opens(service, tried))
    )


def _ways(login: Login, left: Login) -> Iterator[tuple[str, Login]]:
    for _ in range(CONNECTIONS):
        yield "over a new connection", login
    if login.others:
        yield "with the credential alone", login.alone()
    for name in login.others[:COOKIES]:
        yield f"with the cookie {name!r} alone", login.cookie_alone(name)
    before = {name: login.jar.value(name) for name in login.jar.names()}
    after = {name: left.jar.value(name) for name in left.jar.names()}
    if after != before:
        yield "with what the logout's answer leaves in a browser", left


def _opens(service: Service, login: Login) -> bool:
    """Return whether any node lets *login* in."""
    for node in service.nodes:
        for _ in range(TRIES):
            try:
                with node.connect() as connection:
                    verdict = service.judge(connection.exchange(service.ask(node, login)))
            except WireError:
                continue
            except ServiceError:
                return False  # it lacks what the description wants in a header
            if verdict == ACCEPT:
                return True
            if verdict == REJECT:
                break
    return False
