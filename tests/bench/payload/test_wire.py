"""The raw client: bytes as they were on the socket, answers however they arrive."""

from __future__ import annotations

import socket
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.payload.wire import Connection, Parser, WireError, build_request

from .wire_server import Serve, talk

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Node: node-1\r\n\r\nhello"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"2\r\nhe\r\n3;name=value\r\nllo\r\n0\r\n\r\n"
)
INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"
EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"


@given(st.sampled_from([PLAIN, CHUNKED, INTERIM + PLAIN, EMPTY]), st.lists(st.integers(0, 200)))
def test_an_answer_is_the_same_however_it_is_cut(answer: bytes, cuts: list[int]) -> None:
    """Pieces of any size give one answer, complete with the last piece and not before."""
    edges = [0, *sorted(min(cut, len(answer)) for cut in cuts), len(answer)]
    parser = Parser()
    pieces = [answer[a:b] for a, b in pairwise(edges)]
    seen = [parser.feed(piece) for piece in pieces]
    whole = next(response for response in seen if response is not None)
    assert whole == Parser().feed(answer)
    assert whole.received_bytes == len(answer)
    assert all(
        response is None for response, end in zip(seen, edges[1:], strict=True) if end < len(answer)
    )


def test_the_body_is_decoded_and_the_headers_kept_in_order() -> None:
    """Names come in lower case, values as sent, repeated ones each."""
    raw = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\nset-cookie:b=2 \r\n\r\n"
    response = Parser().feed(raw)
    assert response is not None
    assert response.all("set-cookie") == ["a=1", "b=2"]
    chunked = Parser().feed(CHUNKED)
    assert chunked is not None
    assert chunked.body == b"hello"


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nno length",
        b"HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n",
        PLAIN + b"and more",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000,
    ],
)
def test_what_is_not_http_is_an_error(answer: bytes) -> None:
    """A wrong answer is never mistaken for a short one."""
    with pytest.raises(WireError, match=r"not HTTP/1\.1"):
        Parser().feed(answer)


def test_two_requests_differ_in_their_credential_alone() -> None:
    """What a credential costs on the wire is a difference of two exact counts."""
    plain = build_request("GET", "/me")
    carrying = build_request("GET", "/me", (("Cookie", "session=abc"),))
    assert len(carrying) - len(plain) == len("Cookie: session=abc\r\n")
    assert carrying.replace(b"Cookie: session=abc\r\n", b"") == plain


def test_bytes_are_counted_at_the_socket(serve: Serve) -> None:
    """What the server received is what was counted as sent, to the byte."""
    server = serve(PLAIN, INTERIM + CHUNKED)
    with talk(server) as connection:
        first = connection.request("GET", "/me")
        second = connection.request("POST", "/login", body={"username": "alice"})
    assert [first.sent_bytes, second.sent_bytes] == [len(r) for r in server.received]
    assert [first.received_bytes, second.received_bytes] == [len(PLAIN), len(INTERIM + CHUNKED)]
    assert server.received[1].endswith(b'\r\n\r\n{"username":"alice"}')


def test_one_connection_serves_many_requests(serve: Serve) -> None:
    """The connection persists, so that its opening is in no measurement."""
    server = serve(PLAIN, PLAIN, PLAIN)
    with talk(server) as connection:
        assert [connection.request("GET", "/").status for _ in range(3)] == [200] * 3
    assert server.connections == 1


def test_a_connection_the_server_closed_is_opened_again(serve: Serve) -> None:
    """Before a request is sent, never after: nothing is sent twice."""
    server = serve(PLAIN, PLAIN, close_after=1)
    with talk(server) as connection:
        connection.request("GET", "/1")
        assert server.hung_up.wait(5)
        connection.request("GET", "/2")
    assert server.connections == 2
    assert len(server.received) == 2


def test_an_answer_that_asks_to_close_is_obeyed(serve: Serve) -> None:
    """`Connection: close` ends the connection after the answer."""
    server = serve(PLAIN.replace(b"X-Node: node-1", b"Connection: close"), PLAIN)
    with talk(server) as connection:
        connection.request("GET", "/1")
        connection.request("GET", "/2")
    assert server.connections == 2


def test_a_hung_server_is_an_error_in_time(serve: Serve) -> None:
    """No answer within the timeout names the server and the time."""
    with (
        talk(serve(b"HTTP/1.1 200 OK\r\n"), timeout_s=0.05) as connection,
        pytest.raises(WireError, match=r"127\.0\.0\.1:\d+: no answer in 0\.05 s"),
    ):
        connection.request("GET", "/me")


@pytest.mark.parametrize(
    "head", [b"HTTP/1.0 200 OK\r\n", b"HTTP/1.1 200 OK\r\nConnection: close\r\n"]
)
def test_an_answer_without_a_length_ends_with_its_connection(serve: Serve, head: bytes) -> None:
    """As old and simple servers have it: all that came is the body."""
    whole = head + b"\r\nhello"
    with talk(serve(whole, close_after=1)) as connection:
        response = connection.request("GET", "/me")
    assert (response.body, response.received_bytes) == (b"hello", len(whole))


def test_half_an_answer_is_an_error(serve: Serve) -> None:
    """A server that dies in the middle of an answer gave none."""
    with (
        talk(serve(PLAIN[:-2], close_after=1)) as connection,
        pytest.raises(WireError, match="closed before the answer was whole"),
    ):
        connection.request("GET", "/me")


def test_nobody_listening_is_an_error() -> None:
    """A refused connection names the server."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port: int = nobody.getsockname()[1]
        with pytest.raises(WireError, match=f"127.0.0.1:{port}: Connection refused"):
            Connection("127.0.0.1", port).request("GET", "/")
