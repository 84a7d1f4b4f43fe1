"""What one scheme's credential weighs on the wire, counted at the socket of a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ..caller import Caller, Refused
from .compression import Field
from .wire import HOST, USER_AGENT, Connection, Response, build_request

SUBJECT = "alice"
PATH = "/me"
_DECIMALS = 7
"""A float of today's size in seconds has at most seven: shorter ones are chance."""


@dataclass(frozen=True)
class Counted:
    """One scheme with so many lines in the cart."""

    claims: int
    request_bytes: int
    """Over the same request without a credential."""
    response_bytes: int
    credential_bytes: int
    """As the client holds it: the token, or the value of the cookie."""


def bare_request_bytes(base: str) -> int:
    """The request for the measured route under the mount *base*, without a credential."""
    return len(build_request("GET", base + PATH))


def item(number: int) -> str:
    """The name of a cart line, alike in length: with its prefix and value 15 bytes of user data."""
    return f"item-{number:04d}"


def log_in(connection: Connection, base: str) -> tuple[Caller, int]:
    """A caller who has logged in at the mount *base*, and the bytes of the answer to the login."""
    caller = Caller(connection, base)
    return caller, steady_bytes(caller.login(SUBJECT))


def grow(caller: Caller, claims: Sequence[int]) -> Iterator[Counted]:
    """Fill the cart line by line, and count at each number in *claims*.

    Ends early where a line is refused: what refuses is found out in limits.py.
    """
    lines = 0
    for wanted in sorted(set(claims)):
        while lines < wanted:
            line = {"item": item(lines), "quantity": 1}
            response = caller.request("POST", "/cart", line)
            if response.status == 413:
                return
            if response.status != 200:
                raise Refused(f"POST /cart gave {response.status}: {response.title}")
            lines += 1
        yield count(caller, wanted)


def count(caller: Caller, claims: int) -> Counted:
    """What the caller's request weighs now; `Refused` if it is not answered as it must be."""
    response = caller.expect("GET", PATH)
    found = response.json()
    if found["subject"] != SUBJECT or len(found["data"]) != claims:
        raise Refused(f"GET {PATH} answered for {found['subject']} with {len(found['data'])} lines")
    return Counted(
        claims=claims,
        request_bytes=response.sent_bytes - bare_request_bytes(caller.base),
        response_bytes=steady_bytes(response),
        credential_bytes=len(credential_of(caller)),
    )


def credential_of(caller: Caller) -> str:
    """What the caller's request carries, as the client holds it: token, or value of the cookie."""
    if caller.access_token is not None:
        return caller.access_token
    values = [c.value for c in caller.cookies.values() if c.applies(caller.base + PATH)]
    assert len(values) == 1, "a scheme sends one cookie to the measured route"
    return values[0]


def http2_fields(caller: Caller) -> tuple[Field, ...]:
    """The header fields of the measured request as HTTP/2 sends them."""
    credential = ((name.lower(), value) for name, value in caller.headers(PATH))
    return (
        (":method", "GET"),
        (":scheme", "https"),
        (":authority", HOST),
        (":path", caller.base + PATH),
        ("user-agent", USER_AGENT),
        ("accept", "application/json"),
        *credential,
    )


def steady_bytes(response: Response) -> int:
    """The bytes of *response*, with an instant in it counted as if none of its digits were zero.

    The shortest text of a float drops zeros at its end, so that one login in ten would weigh a
    byte less than the others.
    """
    found = response.json()
    instant = found.get("expires_at") if isinstance(found, dict) else None
    if not isinstance(instant, float) or instant.is_integer():
        return response.received_bytes
    missing = _DECIMALS - len(repr(instant).partition(".")[2])
    longer = len(str(len(response.body) + missing)) - len(str(len(response.body)))
    return response.received_bytes + missing + longer


def largest(works: Callable[[int], bool], cap: int, known: int = 0) -> int:
    """The largest number from *known* to *cap* that *works*, which all smaller ones do as well."""
    low, high = known, cap + 1
    while high - low > 1:
        middle = (low + high) // 2
        if works(middle):
            low = middle
        else:
            high = middle
    return low
