"""What a cookie can carry, checked before a client loses its credential over it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import pytest
from flask import Flask, request

from bench.services import Services
from demo.auth import Settings
from demo.builtin.tokens import STRATEGIES, TokenScheme, _data_bytes
from demo.limits import MAX_COOKIE_BYTES
from demo.problems import Problem
from demo.transports import BearerTransport, CookieTransport


@dataclass(frozen=True)
class Grant:
    credential: str
    renewal: str | None = None
    expires_at: float = 0.0
    handle: str = "handle"


def test_a_cookie_over_the_limit_is_refused() -> None:
    """Name and value together: a browser drops one byte more in silence and keeps the old one."""
    transport = CookieTransport("session")
    fits = MAX_COOKIE_BYTES - len("__Host-session")
    transport.check(Grant("x" * fits))
    for grant in (Grant("x" * (fits + 1)), Grant("x", renewal="x" * MAX_COOKIE_BYTES)):
        with pytest.raises(Problem, match="413"):
            transport.check(grant)


@pytest.mark.parametrize("algorithm", ["HS256", "RS256", "PS256", "ES256", "EdDSA"])
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_as_much_data_as_a_token_may_carry_fits_in_a_cookie(
    services: Services, strategy: str, algorithm: str
) -> None:
    """Else the family would have kept what no cookie can hold, and no renewal would work again."""
    scheme = TokenScheme("cookie", algorithm, strategy)(Settings(store_url=services.redis_url))
    with contextlib.closing(scheme):
        assert scheme.mechanism is not None
        most = _data_bytes("cookie", algorithm)
        data = {"cart": "x" * (most - len('{"cart":""}'))}
        for subject in ("alice", "x" * 32, None):
            grant = scheme.mechanism.issue(subject, data)
            # With a site's prefix, where names are longest.
            CookieTransport("access", "/s/x").check(grant)
        data["cart"] += "x"
        with pytest.raises(ValueError, match="cart"):
            scheme.mechanism.issue("alice", data)


@pytest.mark.parametrize("credential", ["a;b", "a b", 'a"b', "a\\b", "a,b", "a\r\nb", "ä"])
def test_a_credential_that_would_break_the_header_is_refused(credential: str) -> None:
    """What a stranger's mechanism makes must be a cookie value as it is (RFC 6265bis)."""
    with pytest.raises(ValueError, match="cookies cannot carry"):
        CookieTransport("session").check(Grant(credential))


def test_a_cookie_is_found_by_its_exact_name() -> None:
    """Not by a part of it, and not by a name in another case, which is another cookie."""
    transport = CookieTransport("session")
    for header, found in (
        ("a=b; __Host-session=yes; c=d", "yes"),
        ("__Host-session=yes", "yes"),
        ("x__Host-session=no; __Host-sessionx=no; __host-session=no", None),
        ("__Host-session", ""),
        ("", None),
    ):
        with Flask("x").test_request_context(headers={"Cookie": header}):
            assert transport.read(request) == found


def test_only_a_bearer_authorization_is_read() -> None:
    """Its name is compared without case (RFC 9110 section 11.1); other schemes are not ours."""
    for header, found in (
        ("Bearer abc", "abc"),
        ("bearer abc", "abc"),
        ("Basic YTpi", None),
        ("Bearer", ""),
    ):
        with Flask("x").test_request_context(headers={"Authorization": header}):
            assert BearerTransport().read(request) == found
    with Flask("x").test_request_context():
        assert BearerTransport().read(request) is None


def test_a_bearer_challenge_tells_missing_from_refused() -> None:
    """RFC 6750 section 3.1: no error code for a request that carried no credential."""
    challenge = BearerTransport().challenge
    assert challenge(rejected=False) == 'Bearer realm="demo"'
    assert challenge(rejected=True) == 'Bearer realm="demo", error="invalid_token"'
