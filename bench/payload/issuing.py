"""Credentials made in this process, alike to those a server with the same store and keys makes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from demo.auth import Client, Scheme

from ..caller import Caller, Cookie
from .compression import huffman_bytes
from .sizing import PATH, SUBJECT, item
from .wire import USER_AGENT

TYPICAL_OF = 15


@contextlib.contextmanager
def issued(scheme: Scheme, example: Caller, claims: int) -> Iterator[Caller]:
    """A caller like *example* with a new credential that says so much; revoked afterwards.

    Raises ValueError, in the scheme's own words, if that is more than it lets a login carry.
    """
    assert scheme.mechanism is not None, "control has no credentials"
    data = {f"cart:{item(number)}": 1 for number in range(claims)}
    grant = scheme.mechanism.issue(SUBJECT, data, Client("127.0.0.1", USER_AGENT))
    try:
        yield _carrying(example, grant.credential)
    finally:
        # A search makes many: they must not run into a limit on the logins of one subject. One
        # that a scheme issues and then refuses, being too large, is not there to be ended.
        with contextlib.suppress(scheme.mechanism.rejection):
            scheme.mechanism.revoke(grant.credential)


def typical(scheme: Scheme, example: Caller, claims: int) -> Caller:
    """Of several such callers, the middle one by the weight of its credential in Huffman code.

    Which characters were drawn decides that weight: single credentials differ by some bytes.
    """
    callers = []
    for _ in range(TYPICAL_OF):
        with issued(scheme, example, claims) as caller:
            callers.append(caller)
    callers.sort(key=lambda caller: huffman_bytes(caller.headers(PATH)[0][1]))
    return callers[len(callers) // 2]


def _carrying(example: Caller, credential: str) -> Caller:
    caller = Caller(example.connection, example.base)
    if example.access_token is not None:
        caller.access_token = credential
        return caller
    for name, cookie in example.cookies.items():
        if cookie.applies(example.base + PATH):
            caller.cookies[name] = Cookie(name, credential, cookie.path)
    return caller
