"""What a login puts into requests: header fields, placeholders, and changed credentials."""

from __future__ import annotations

import base64
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.payload.wire import Response, request_fields
from bench.probe.checking import tampered
from bench.probe.config import Credential
from bench.probe.cookies import Jar
from bench.probe.filling import field
from bench.probe.login import Login, ServiceError, take
from bench.probe.targets import parse_node

HERE = parse_node("http://127.0.0.1:8000")
COOKIES = ("sid=s 1; Path=/", "csrf=c+1; Path=/", "own=o; Path=/elsewhere")
BODY = b'{"tokens": [{"value": "t"}], "n": 7, "on": true, "a.b": "dotted", "line": "a\\r\\nB: c"}'


def login(credential: Credential, *headers: tuple[str, str]) -> Login:
    """A login whose answer sets `COOKIES` and has `BODY`."""
    lines = tuple(("set-cookie", line) for line in COOKIES)
    response = Response(200, (*lines, *headers), BODY, 0)
    jar = Jar()
    jar.absorb(response, HERE, "127.0.0.1", "/login")
    return take(credential, response, jar)


BY_COOKIE = Credential(cookie="sid")
BY_TOKEN = Credential(json="tokens.0.value")


def test_every_cookie_of_the_login_is_sent_in_one_field() -> None:
    """Those for other paths are not."""
    assert login(BY_COOKIE).headers({}, "/me") == (("Cookie", "sid=s 1; csrf=c+1"),)
    assert login(BY_TOKEN).headers({}, "/elsewhere/a") == (
        ("Authorization", "Bearer t"),
        ("Cookie", "own=o; sid=s 1; csrf=c+1"),
    )


@pytest.mark.parametrize("name", ["Cookie", "cookie", "COOKIE"])
def test_a_cookie_of_the_file_joins_them(name: str) -> None:
    """And replaces one of its name."""
    given = {name: "csrf={cookie:csrf}x; more=1"}
    assert login(BY_COOKIE).headers(given, "/me") == (("Cookie", "sid=s 1; csrf=c+1x; more=1"),)


def test_a_header_of_the_file_replaces_what_is_usual() -> None:
    """Whatever its case; each field stands there once."""
    sent = login(BY_TOKEN).headers({"authorization": "Basic x"}, "/other")
    assert [pair for pair in sent if pair[0] != "Cookie"] == [("authorization", "Basic x")]
    given = [(name, "own") for name in ("content-TYPE", "ACCEPT", "host", "origin", "User-agent")]
    fields = request_fields("POST", "http://127.0.0.1", given, b"{}")
    names = [name.lower() for name, _ in fields]
    assert len(names) == len(set(names)) == 6
    assert [value for name, value in fields if name.lower() != "content-length"] == 5 * ["own"]


@pytest.mark.parametrize(
    ("credential", "headers", "line"),
    [
        (Credential(header="X-Token"), (("x-token", "abc"),), ("X-Token", "abc")),
        (
            Credential(header="Authorization"),
            (("authorization", "a.b.c"),),
            ("Authorization", "a.b.c"),
        ),
        (
            Credential(header="Authorization"),
            (("authorization", "Bearer a.b.c"),),
            ("Authorization", "Bearer a.b.c"),
        ),
        (
            Credential(header="Authorization", send="X-Key: {credential}; {cookie:csrf}"),
            (("authorization", "Bearer a.b.c"),),
            ("X-Key", "a.b.c; c+1"),
        ),
        (Credential(json="a.b"), (), ("Authorization", "Bearer dotted")),
        (Credential(json="a.b", send="X: {credential}"), (), ("X", "dotted")),
    ],
)
def test_a_credential_travels_as_it_came(
    credential: Credential, headers: tuple[tuple[str, str], ...], line: tuple[str, str]
) -> None:
    """With its scheme, which is not part of it."""
    made = login(credential, *headers)
    assert made.headers({}, "/x")[0] == line
    assert " " not in made.credential


def test_placeholders_are_filled_wherever_a_value_stands() -> None:
    """In a path they are encoded, in JSON and headers they are not."""
    made = login(BY_COOKIE)
    template = "{credential} {cookie:csrf} {json:tokens.0.value} {json:n} {json:on} {{me}}"
    words = "s 1 c+1 t 7 true {me}"
    assert made.in_header(template) == words
    assert made.in_json({"a": [template, 1]}) == {"a": [words, 1]}
    assert made.in_path("/{cookie:csrf}/{credential}?a={cookie:csrf}") == "/c+1/s%201?a=c%2B1"


@pytest.mark.parametrize("template", ["{cookie:none}", "{json:none}", "{json:line}"])
def test_what_cannot_be_filled_is_an_error(template: str) -> None:
    """And so is a line end, which would begin another header."""
    with pytest.raises(ServiceError, match="the answer to the login has"):
        login(BY_COOKIE).in_header(template)


def test_a_field_is_found_in_lists_and_under_dotted_names() -> None:
    """A place that a list does not have is none."""
    value = {"a": [{"b": 1}], "c.d": {"e.f": 2}, "c": {"x": 3}}
    assert [field(value, path) for path in ("a.0.b", "c.d.e.f", "c.x")] == [1, 2, 3]
    assert [field(value, path) for path in ("a.1.b", "a.-1", "a.b", "c.y", "z")] == 5 * [None]


@given(st.uuids())
def test_a_tampered_uuid_is_another_one(value: uuid.UUID) -> None:
    """In either case, and still a UUID."""
    for text in (str(value), str(value).upper(), value.hex):
        made = tampered(text)
        assert len(made) == 3
        assert all(uuid.UUID(other) != value for other in made)


@given(st.binary(min_size=12, max_size=40))
def test_a_tampered_credential_is_another_one_in_every_reading(value: bytes) -> None:
    """Base64, base32 and hexadecimal, whatever their case and their last bits."""
    for text in (value.hex(), base64.urlsafe_b64encode(value).decode().rstrip("=")):
        for other in tampered(text):
            assert other.lower() != text.lower()
            assert len(other) == len(text)
    text = base64.b32encode(value).decode().rstrip("=")
    alike = str.maketrans("OILU", "011V")
    assert all(
        other.translate(alike) != text.translate(alike) for other in map(str.upper, tampered(text))
    )


@pytest.mark.parametrize("credential", ["1", "ab", "--", "ä", "s%3Ax.y"])
def test_odd_credentials_can_be_tampered_with(credential: str) -> None:
    """However short they are."""
    assert all(other != credential for other in tampered(credential))
