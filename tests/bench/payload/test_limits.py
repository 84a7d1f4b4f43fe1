"""Limits are found at their edge, or said not to be there; an instant is counted in full."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from bench.caller import Caller, Cookie
from bench.payload.limits import CAP, find_limit
from bench.payload.sizing import largest, steady_bytes
from bench.payload.wire import Connection, Response
from demo.auth import Client, Grant, Identity, Scheme


class Unlimited:
    """A mechanism whose credential grows by a hundred bytes a claim and is never refused."""

    rejection = ValueError
    outages = ()

    def issue(self, subject: str | None, data: dict[str, int], client: Client) -> Grant:
        return Given("x" * (100 + 100 * len(data)))

    def revoke(self, credential: str) -> None:
        """Forget it."""

    def verify(self, credential: str) -> Identity:
        raise NotImplementedError


@dataclass(frozen=True)
class Given:
    credential: str
    renewal: str | None = None
    expires_at: float = 0.0
    handle: str = ""


def unlimited(transport: str) -> tuple[Scheme, Caller]:
    """A scheme that refuses nothing, and one of its callers; nobody serves it."""
    scheme = Scheme(
        name="unlimited",
        summary="",
        mechanism=Unlimited(),  # type: ignore[arg-type]  # the two verbs that are used
        transport="cookie",
        strength="immediate",
        shared=False,
    )
    example = Caller(Connection("127.0.0.1", 1), "/s/x")
    if transport == "cookie":
        example.cookies["access"] = Cookie("access", "x", "/s/x")
    else:
        example.access_token = "x"
    return scheme, example


def test_a_cookie_ends_at_what_browsers_keep() -> None:
    """4,096 bytes of name and value, whatever the scheme would have issued."""
    limit = find_limit(*unlimited("cookie"))
    assert (limit.claims, limit.refused_by) == ((4096 - len("access") - 100) // 100, "cookie")


def test_a_search_without_an_end_says_so() -> None:
    """No limit is claimed where none was met."""
    limit = find_limit(*unlimited("bearer"))
    assert (limit.claims, limit.refused_by) == (CAP, "none")


@given(st.integers(0, 300), st.integers(0, 200))
def test_the_search_finds_the_edge(edge: int, cap: int) -> None:
    """And stops at its cap."""
    assert largest(lambda number: number <= edge, cap) == min(edge, cap)


def answered(body: bytes) -> Response:
    return Response(200, (), body, 100 + len(body))


def test_an_instant_is_counted_with_all_its_digits() -> None:
    """A float whose last digit happens to be zero is written a byte shorter."""
    whole = answered(b'{"expires_at":1795380269.8533738}')
    short = answered(b'{"expires_at":1795380269.85337}')
    assert steady_bytes(short) == steady_bytes(whole) == whole.received_bytes
    second = answered(b'{"expires_at":1795380269.0}')
    assert steady_bytes(second) == second.received_bytes
