"""Tokens as text: written in one way, in strict JSON, within limits; all other text is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import FakeClock
from tokens import InvalidToken, Reason, TokenManager
from tokens.claims import MAX_DEPTH
from tokens.signing import MAX_HEADER_BYTES, MAX_HEADERS_KNOWN, MAX_TOKEN_BYTES, Signer
from tokens.stores.memory import MemoryStore

from .conftest import a_manager, reason_for
from .forging import HS256, claims_at, forged, header_of


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"\xef\xbb\xbf{}",
        b"\xff\xfe{\x00}\x00",
        b'{"iss":"a","iss":"b"}',
        b'{"exp":NaN}',
        b'{"exp":Infinity}',
        b"[" * 2000,
        b'{"a":' * 800,
        b"\xff",
    ],
)
def test_a_payload_is_strict_json(payload: bytes, hs256: TokenManager) -> None:
    """RFC 8725 section 3.7: UTF-8 without a mark, one object, no name twice, no endless nest."""
    token = forged(header_of(HS256.signing), payload)
    assert reason_for(hs256, token) in (Reason.CLAIMS, Reason.MALFORMED)


@pytest.mark.parametrize(
    "header", [b"", b"{", b"[]", b"null", b"\xef\xbb\xbf{}", b"[" * 300, b'{"alg":"a","alg":"b"}']
)
def test_a_header_is_strict_json(header: bytes, hs256: TokenManager) -> None:
    """As the payload, and before any signature is looked at."""
    token = forged(header, b"{}")
    assert reason_for(hs256, token) in (Reason.HEADER, Reason.MALFORMED)


def test_a_token_is_written_in_one_way(hs256: TokenManager) -> None:
    """RFC 7515 section 2: no padding, no white space, no other alphabet, no spare bits."""
    token = hs256.issue("alice").credential
    head, _, signature = token.rpartition(".")
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    neighbour = last[last.index(signature[-1]) ^ 1]
    for other in (
        token + "=",
        token + "\n",
        " " + token,
        token + ".",
        "." + token,
        token.replace(".", "..", 1),
        f"{head}.{signature[:-1]}{neighbour}",
        token.replace("-", "+").replace("_", "/") + "+",
    ):
        assert reason_for(hs256, other) is Reason.MALFORMED


def test_length_is_looked_at_first(hs256: TokenManager) -> None:
    """However much is sent, nothing is parsed past the limit."""
    token = hs256.issue("alice").credential
    assert reason_for(hs256, token + "A" * MAX_TOKEN_BYTES) is Reason.MALFORMED


def test_good_claims_in_bad_json_are_refused(hs256: TokenManager, clock: FakeClock) -> None:
    """Everything that must be there is, and is well signed; only the JSON is not strict."""
    text = json.dumps(claims_at(clock.now, data={"a": 1}))
    header = header_of(HS256.signing)
    assert hs256.verify(forged(header, text.encode())).subject == "alice"
    for payload in (
        text.replace('"sub": "alice"', '"sub": "alice", "sub": "mallory"').encode(),
        text.replace('"a": 1', '"a": 1, "a": 2').encode(),
        text.replace('{"a": 1}', '{"a": NaN}').encode(),
        text.replace('{"a": 1}', '{"a": -Infinity}').encode(),
        text.replace('{"a": 1}', '{"a": 1e999}').encode(),
        b"\xef\xbb\xbf" + text.encode(),
        text.encode("utf-16"),
        text.encode("utf-32-le"),
        text.encode() + b"x",
    ):
        assert reason_for(hs256, forged(header, payload)) is Reason.CLAIMS


@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ('{"a":', "}")])
def test_nesting_is_bounded(opens: str, closes: str, hs256: TokenManager, clock: FakeClock) -> None:
    """As deep as what is signed here, and no deeper; long before any stack would end."""

    def nested(depth: int) -> str:
        data = f'{{"a": {opens * depth}1{closes * depth}}}'
        text = json.dumps(claims_at(clock.now, data={})).replace('"data": {}', f'"data": {data}')
        return forged(header_of(HS256.signing), text.encode())

    assert hs256.verify(nested(MAX_DEPTH)).subject == "alice"
    for depth in (MAX_DEPTH + 1, 100, 500, 900):
        assert reason_for(hs256, nested(depth)) is Reason.CLAIMS


def test_brackets_in_a_text_are_no_nesting(hs256: TokenManager, clock: FakeClock) -> None:
    """Nor are many that stand side by side."""
    side_by_side: list[dict[str, Any]] = [{"a": "[{" * 200}, {"a": [[] for _ in range(200)]}]
    for data in side_by_side:
        token = forged(header_of(HS256.signing), claims_at(clock.now, data=data))
        assert hs256.verify(token).data == data


def test_a_header_is_short(hs256: TokenManager, clock: FakeClock) -> None:
    """Well signed and well formed, but padded with white space past the limit."""
    header = json.dumps(header_of(HS256.signing)).encode()
    for spaces, accepted in ((MAX_HEADER_BYTES // 2, True), (MAX_HEADER_BYTES, False)):
        token = forged(header + b" " * spaces, claims_at(clock.now))
        if accepted:
            assert hs256.verify(token).subject == "alice"
        else:
            assert reason_for(hs256, token) is Reason.HEADER


def test_no_part_has_a_length_that_no_bytes_have(hs256: TokenManager) -> None:
    """One character over a multiple of four is the beginning of a byte and no more."""
    header, payload, signature = hs256.issue("alice").credential.split(".")
    assert len(signature) % 4 == 3
    for token in (
        f"AAAAA.{payload}.{signature}",
        f"{header}.{payload}.{signature}AA",
        f"{header}.{payload}.A",
    ):
        assert reason_for(hs256, token) is Reason.MALFORMED


def test_what_is_known_of_headers_is_bounded(clock: FakeClock) -> None:
    """Whoever can sign may write a header in many ways; only so many are remembered."""
    manager = a_manager(MemoryStore(), clock, ring=HS256)
    header = json.dumps(header_of(HS256.signing)).encode()
    for spaces in range(2 * MAX_HEADERS_KNOWN):
        token = forged(header + b" " * spaces, claims_at(clock.now))
        assert manager.verify(token).subject == "alice"
    assert len(manager.signer._known) == MAX_HEADERS_KNOWN


def test_a_token_too_long_to_be_verified_is_not_signed() -> None:
    """The error says so before the client holds what no server takes."""
    with pytest.raises(ValueError, match="is the limit"):
        Signer(HS256).sign(b"x" * MAX_TOKEN_BYTES)


def test_a_header_in_another_order_is_understood(hs256: TokenManager, clock: FakeClock) -> None:
    """Another issuer with the same key may write its header otherwise."""
    header = json.dumps(
        {"typ": "at+jwt", "kid": HS256.signing.kid, "alg": "HS256"}, indent=1
    ).encode()
    assert hs256.verify(forged(header, claims_at(clock.now))).subject == "alice"


FUZZED = a_manager(MemoryStore(), FakeClock(), ring=HS256)
ALPHABET = "ABCabc012-_.=+/ {}\"'é\x00\n"


@given(st.text(alphabet=ALPHABET, max_size=200) | st.text(max_size=200))
def test_any_text_at_all_is_refused_as_a_token(text: str) -> None:
    """Nothing but InvalidToken ever comes out."""
    with pytest.raises(InvalidToken):
        FUZZED.verify(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "x"]), JSON),
    st.dictionaries(st.sampled_from([*claims_at(0), "nbf", "data", "anonymous"]), JSON),
    st.booleans(),
)
def test_any_json_well_signed_gives_an_identity_or_a_rejection(
    header: dict[str, Any], claims: dict[str, Any], known: bool
) -> None:
    """Headers and claims of any shape, under a good signature, raise nothing else."""
    good = header_of(HS256.signing)
    try:
        FUZZED.verify(forged(good if known else {**good, **header}, {**claims_at(0), **claims}))
    except InvalidToken:
        return
    except BaseException as exc:
        raise AssertionError("neither accepted nor rejected") from exc
