"""The caller: it carries credentials as a browser or a program would, and can spoil one."""

from __future__ import annotations

import pytest

from bench.caller import Caller, Cookie, Refused
from bench.payload.wire import Connection, Parser, Response

from .wire_server import Serve, talk


def answer(*lines: str, body: str = "{}", status: str = "200 OK") -> bytes:
    """One answer with these header lines and this body."""
    head = [f"HTTP/1.1 {status}", *lines, f"Content-Length: {len(body)}", "", body]
    return "\r\n".join(head).encode()


def caller_of(response: bytes) -> Caller:
    """A caller at /s/x who was given this one answer."""
    caller = Caller(Connection("127.0.0.1", 1), "/s/x/")
    parsed = Parser().feed(response)
    assert isinstance(parsed, Response)
    caller.absorb(parsed)
    return caller


def test_a_secure_cookie_is_sent_on_loopback() -> None:
    """Libraries drop it on http://127.0.0.1, and measure an anonymous request, fast."""
    caller = caller_of(answer("Set-Cookie: __Secure-session=s3; Path=/s/x; Secure; HttpOnly"))
    assert caller.headers("/me") == (("Cookie", "__Secure-session=s3"),)
    assert caller.transport == "cookie"
    assert b"Cookie: __Secure-session=s3\r\n" in caller.raw("GET", "/me")


def test_a_cookie_goes_where_its_path_says() -> None:
    """The refresh token travels to the one route that needs it."""
    caller = caller_of(
        answer("Set-Cookie: access=a; Path=/s/x", "Set-Cookie: refresh=r; Path=/s/x/renew")
    )
    assert caller.headers("/me") == (("Cookie", "access=a"),)
    assert caller.headers("/renew") == (("Cookie", "access=a; refresh=r"),)
    assert not Cookie("access", "a", "/s/x").applies("/s/xy/me")


@pytest.mark.parametrize("gone", ["session=; Path=/", "session=s; Path=/; Max-Age=0"])
def test_a_cleared_cookie_is_forgotten(gone: str) -> None:
    """As a browser would."""
    caller = caller_of(answer("Set-Cookie: session=s; Path=/", f"Set-Cookie: {gone}"))
    assert caller.headers("/me") == ()
    assert caller.transport == "none"


def test_an_access_token_travels_as_bearer() -> None:
    """A later answer replaces it; the refresh token stays unless a new one came."""
    body = '{"access_token":"abc","refresh_token":"r1"}'
    caller = caller_of(answer(body=body))
    assert caller.headers("/me") == (("Authorization", "Bearer abc"),)
    later = Parser().feed(answer(body='{"access_token":"def"}'))
    assert later is not None
    caller.absorb(later)
    assert (caller.transport, caller.access_token, caller.refresh_token) == ("bearer", "def", "r1")


def test_a_tampered_credential_differs_in_one_character() -> None:
    """Same length, same place, and the original is left alone."""
    body = '{"access_token":"abcdefghijklmnopqrstuvwxyz"}'
    caller = caller_of(answer(body=body))
    changed = caller.tampered()
    assert caller.access_token is not None
    assert changed.access_token is not None
    pairs = zip(caller.access_token, changed.access_token, strict=True)
    assert sum(a != b for a, b in pairs) == 1


def test_a_refused_login_says_what_the_app_said(serve: Serve) -> None:
    """The message names the route, the status and the app's own reason."""
    refusal = answer(body='{"title":"Wrong password"}', status="401 Unauthorized")
    with (
        talk(serve(refusal)) as connection,
        pytest.raises(Refused, match="POST /s/x/login gave 401: Wrong password"),
    ):
        Caller(connection, "/s/x").login("alice")
