"""Hostile credentials over HTTP: whatever is wrong with one, the answer is the same 401.

The tokens are those that tests/tokens builds for every rule, taken from its parameters.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from demo.app import create_app
from demo.auth import Scheme, Settings
from demo.schemes import build
from demo.testing import Answer, Visitor, over_sockets, over_wsgi
from tests.conftest import FakeClock
from tests.sessions import test_issuing as sessions_tests
from tests.tokens import forging as built
from tests.tokens import test_parsing, test_signing
from tests.tokens.conftest import a_manager
from tokens.signing import MAX_HEADER_BYTES, MAX_TOKEN_BYTES
from tokens.stores.memory import MemoryStore

from .conftest import Served, start_demo, stop_demo

VARYING = ("date", "x-node", "server", "connection")


def cases(test: Callable[..., None]) -> list[Any]:
    """What another test is parametrised with."""
    (mark,) = [mark for mark in test.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    return list(mark.args[1])


def hostile_tokens(now: float) -> Iterator[str]:
    """One for every rule, each wrong in one thing."""
    key = built.HS256.signing
    good, claims = built.header_of(key), built.claims_at(now)
    for name in cases(test_signing.test_the_algorithm_is_the_keys_and_not_the_tokens):
        token = built.forged(built.header_of(key, alg=name), claims)
        yield from (token, token.rpartition(".")[0] + ".")
    for changes in cases(test_signing.test_a_header_says_what_is_known_and_nothing_else):
        yield built.forged(built.header_of(key, **changes), claims)
    for kid in cases(test_signing.test_a_hostile_kid_is_only_an_unknown_name):
        yield built.forged(built.header_of(key, kid=kid), claims)
    for changes, _ in cases(test_signing.test_a_claim_is_there_of_its_type_and_acceptable):
        yield built.forged(good, built.claims_at(now, **changes))
    for payload in cases(test_parsing.test_a_payload_is_strict_json):
        yield built.forged(good, payload)
    for header in cases(test_parsing.test_a_header_is_strict_json):
        yield built.forged(header, b"{}")
    yield built.forged(good, claims, secret=b"another secret of thirty-two bytes")
    yield built.forged(json.dumps(good).encode() + b" " * MAX_HEADER_BYTES, claims)
    token = built.forged(good, claims)
    head, _, signature = token.rpartition(".")
    yield from (token + "=", token + ".", "." + token, token.replace(".", "..", 1), head + ".")
    yield from (f"{head}.{signature}AA", f"{head}.A", "a.b.c", "..", ".", "x")
    # A little over the limit, and still a line that servers take.
    yield token + "A" * (MAX_TOKEN_BYTES - len(token) + 1)


def hostile_ids() -> list[str]:
    """What no session ID is, and one that never was one."""
    return [*cases(sessions_tests.test_a_malformed_id_is_refused), "A" * 43, "x" * 4000]


def sent(visitor: Visitor, transport: str, name: str, credential: str) -> Answer | None:
    """What comes back for *credential*; None if HTTP cannot carry it that way at all."""
    if transport in ("cookie", "bearer"):
        if (
            not credential.isascii()
            or not credential.isprintable()
            or credential != credential.strip()
        ):
            return None
        if transport == "cookie":
            return visitor.get("/me", {"Cookie": f"{name}={credential}"})
        return visitor.get("/me", {"Authorization": f"Bearer {credential}"})
    if transport == "url":
        return visitor.get("/me?" + urlencode({name: credential}))
    return visitor.post("/me?_method=GET", {name: credential})


def told(answer: Answer) -> tuple[int, bytes, list[tuple[str, str]]]:
    headers = sorted(header for header in answer.headers if header[0].lower() not in VARYING)
    return answer.status, answer.body, headers


TRANSPORTS = {
    "cookie": ("__Host-access", "__Host-session"),
    "bearer": ("", ""),
    "url": ("access_token", "session"),
    "form": ("access_token", "session"),
}


@pytest.mark.parametrize("transport", list(TRANSPORTS))
def test_every_hostile_token_gets_the_same_answer(transport: str, clock: FakeClock) -> None:
    """Status, body and headers, byte for byte, over every transport; a good one gets another."""
    manager = a_manager(MemoryStore(), clock, "denylist", ring=built.HS256)
    scheme = Scheme("token-x", "Tokens.", manager, transport, "immediate", kind="token")  # type: ignore[arg-type]
    visitor = Visitor(over_wsgi(create_app(scheme, node="one")))
    name, _ = TRANSPORTS[transport]
    good = built.forged(built.header_of(built.HS256.signing), built.claims_at(clock.now))
    accepted = sent(visitor, transport, name, good)
    assert accepted is not None
    assert accepted.status == 200
    answers = [sent(visitor, transport, name, token) for token in hostile_tokens(clock.now)]
    heard = [told(answer) for answer in answers if answer is not None]
    assert len(heard) > 120
    assert {status for status, _, _ in heard} == {401}
    assert all(each == heard[0] for each in heard)


@pytest.mark.parametrize("transport", list(TRANSPORTS))
def test_every_hostile_session_id_gets_the_same_answer(transport: str) -> None:
    """An ID of the wrong form and one that names nobody look alike."""
    base = build("session-cookie-memory", Settings())
    scheme = Scheme("session-x", "Sessions.", base.mechanism, transport, "immediate")  # type: ignore[arg-type]
    visitor = Visitor(over_wsgi(create_app(scheme, node="one")))
    _, name = TRANSPORTS[transport]
    answers = [sent(visitor, transport, name, text) for text in hostile_ids() if text]
    heard = [told(answer) for answer in answers if answer is not None]
    assert len(heard) >= 5
    assert heard[0][0] == 401
    assert all(each == heard[0] for each in heard)


@pytest.fixture(scope="module")
def site() -> Iterator[Served]:
    names = ("token-cookie-hs256-expiry", "token-bearer-hs256-expiry", "session-form-memory")
    served = start_demo(*(word for name in names for word in ("--scheme", name)))
    yield served
    stop_demo(served)


def test_a_real_server_tells_no_more(site: Served) -> None:
    """The server in front of the app adds nothing that depends on what was wrong."""
    for name, transport in (
        ("token-cookie-hs256-expiry", "cookie"),
        ("token-bearer-hs256-expiry", "bearer"),
    ):
        visitor = Visitor(over_sockets(f"{site.base}/s/{name}"))
        tokens = list(hostile_tokens(1767323045.0))
        answers = [sent(visitor, transport, "__Secure-access", token) for token in tokens]
        heard = [told(answer) for answer in answers if answer is not None]
        assert heard[0][0] == 401
        others = [each for each in heard if each != heard[0]]
        assert others == []


def test_a_hostile_body_is_a_400_wherever_it_is_read(site: Served) -> None:
    """Nested absurdly, or of the wrong shape: also where the body carries the credential."""
    visitor = Visitor(over_sockets(f"{site.base}/s/session-form-memory"))
    headers = {"Content-Type": "application/json"}
    for body in (
        b"[" * 60_000,
        b'{"session":' * 5_000,
        b'{"session": ' + b"[" * 50_000,
        b'{"session": 1}',
        b'{"session": {"a": 1}}',
        b"[]",
        b"\xff\xfe",
    ):
        for path in ("/me?_method=GET", "/cart", "/logout", "/renew", "/devices/x"):
            answer = visitor.request("POST", path, headers=headers, body=body)
            assert answer.status == 400, (path, body[:20])
    big = visitor.request("POST", "/logout", headers=headers, body=b" " * 65_537)
    assert big.status == 413
