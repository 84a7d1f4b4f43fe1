"""Ways into a login that a logout may have left open, besides the request that is watched."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

from ..payload.wire import WireError
from ..revocation.history import ACCEPT, REJECT
from .login import Login
from .service import Service, ServiceError

ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
"""Of base64url (RFC 4648 section 5)."""
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f-]+")
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
    for spelling in spellings(login.credential):
        yield "with another spelling of the credential", login.changed(spelling)
    if login.others:
        yield "with the credential alone", login.alone()
    for name in login.others[:COOKIES]:
        yield f"with the cookie {name!r} alone", login.cookie_alone(name)
    before = {name: login.jar.value(name) for name in login.jar.names()}
    after = {name: left.jar.value(name) for name in left.jar.names()}
    if after != before:
        yield "with what the logout's answer leaves in a browser", left


def spellings(credential: str) -> list[str]:
    """
    Return other texts that some readings take for *credential*.

    Who denies a token by its text lets it in when its last character differs in bits that
    nobody reads, or a hexadecimal one in its case.
    """
    found: list[str] = []
    last = credential.rpartition(".")[2]
    has_unread_bits = len(last) % 4 in (2, 3)
    if has_unread_bits and _BASE64URL.fullmatch(last):
        at = ALPHABET.index(credential[-1])
        found.append(credential[:-1] + ALPHABET[at ^ 1])
    if _HEXADECIMAL.fullmatch(credential):
        found.append(credential.swapcase())
    return [other for other in found if other != credential]


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
