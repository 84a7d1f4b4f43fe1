"""Cookies are kept and sent as a browser does."""

from __future__ import annotations

import pytest

from bench.payload.wire import Response
from bench.probe.cookies import Jar
from bench.probe.targets import Node, parse_node

PLAIN = parse_node("http://shop.example")
HERE = parse_node("http://127.0.0.1:8000")
SECURE = parse_node("https://shop.example")


def answer(*lines: str) -> Response:
    """An answer that sets these."""
    return Response(200, tuple(("set-cookie", line) for line in lines), b"", 0)


def sent(line: str, path: str = "/me", node: Node = SECURE, host: str = "shop.example") -> bool:
    """Whether what *line* set in the answer of /auth/login is sent to *path*."""
    jar = Jar()
    jar.absorb(answer(line), node, host, "/auth/login?next=/")
    return "sid" in dict(jar.sent_to(path))


@pytest.mark.parametrize(
    ("line", "path", "kept"),
    [
        ("sid=1; Path=/", "/me", True),
        ("sid=1; path=/me", "/me/you", True),
        ("sid=1; Path=/me", "/menu", False),
        ("sid=1; Path=/me/", "/me", False),
        ("sid=1", "/me", False),
        ("sid=1", "/auth/me", True),
        ("sid=1; Path=me", "/auth", True),
        ("sid=1; Path=/; Domain=shop.example", "/me", True),
        ("sid=1; Path=/; Domain=.example", "/me", False),
        ("sid=1; Path=/; Domain=other.example", "/me", False),
        ("sid=1; Path=/; Domain=p.example", "/me", False),
        ("sid=1; Path=/; Max-Age=60", "/me", True),
        ("sid=1; Path=/; Max-Age=0", "/me", False),
        ("sid=1; Path=/; Max-Age=-1", "/me", False),
        ("sid=1; Path=/; Max-Age=soon", "/me", True),
        ("sid=1; Path=/; Max-Age=99999999999999999999", "/me", True),
        ("sid=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "/me", False),
        ("sid=1; Path=/; Expires=Thu, 01-Jan-1970 00:00:00 GMT", "/me", False),
        ("sid=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=9", "/me", True),
        ("sid=1; Path=/; Expires=whenever", "/me", True),
    ],
)
def test_path_domain_and_end_are_minded(line: str, path: str, kept: bool) -> None:
    """As RFC 6265bis section 5 has it."""
    assert sent(line, path) == kept


def test_secure_cookies_go_over_https_and_to_loopback() -> None:
    """Where browsers trust the connection."""
    line = "sid=1; Path=/; Secure"
    assert sent(line, node=SECURE)
    assert sent(line, node=HERE, host="127.0.0.1")
    assert not sent(line, node=PLAIN)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("__Host-sid=1; Path=/; Secure", True),
        ("__Host-sid=1; Path=/", False),
        ("__Host-sid=1; Path=/me; Secure", False),
        ("__Host-sid=1; Secure", False),
        ("__host-sid=1; Path=/; Secure; Domain=shop.example", False),
        ("__Secure-sid=1; Secure", True),
        ("__Secure-sid=1; Path=/", False),
    ],
)
def test_prefixes_are_promises(line: str, kept: bool) -> None:
    """A cookie that breaks its own is dropped, and the reason is kept."""
    jar = Jar()
    jar.absorb(answer(line), SECURE, "shop.example", "/")
    assert (bool(jar.names()), bool(jar.dropped)) == (kept, not kept)


def test_two_of_one_name_are_both_sent() -> None:
    """The one with the longer path first (RFC 6265bis section 5.8.3)."""
    jar = Jar()
    jar.absorb(answer("sid=1; Path=/", "sid=2; Path=/me"), HERE, "127.0.0.1", "/")
    assert jar.sent_to("/me") == [("sid", "2"), ("sid", "1")]


def test_a_later_answer_replaces_and_deletes() -> None:
    """And says whether a value was replaced by another one."""
    jar = Jar()
    assert not jar.absorb(answer("a=1; Path=/", "b=1; Path=/"), HERE, "127.0.0.1", "/")
    assert not jar.absorb(answer("a=1; Path=/; HttpOnly"), HERE, "127.0.0.1", "/")
    assert jar.absorb(answer("a=2; Path=/"), HERE, "127.0.0.1", "/")
    assert not jar.absorb(answer("b=; Path=/; Max-Age=0"), HERE, "127.0.0.1", "/")
    assert jar.sent_to("/") == [("a", "2")]


def test_a_thiefs_copy_is_not_taken_away() -> None:
    """Neither by an answer nor by the clock."""
    jar = Jar()
    jar.absorb(answer("a=1; Path=/; Max-Age=1"), HERE, "127.0.0.1", "/")
    jar.is_copy = True
    jar.absorb(answer("a=; Path=/; Max-Age=0"), HERE, "127.0.0.1", "/")
    assert jar.sent_to("/") == [("a", "1")]
    assert jar.copy().sent_to("/") == [("a", "1")]


def test_a_value_is_sent_as_it_came() -> None:
    """Quotes, UTF-8 and bytes that are none included."""
    jar = Jar()
    received = 'a="ä"; Path=/'.encode().decode("latin-1")
    jar.absorb(answer(received, "b=\xff; Path=/"), HERE, "127.0.0.1", "/")
    found = dict(jar.sent_to("/"))
    assert found["a"] == '"ä"'
    assert found["b"].encode("utf-8", "surrogateescape") == b"\xff"
