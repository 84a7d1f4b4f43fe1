"""An issuer's keys from afar: which are taken, when they are fetched, and from where."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.conftest import FakeClock
from tokens import Algorithm, InvalidToken, JwksClient, Key, KeyRing, Reason, TokenVerifier
from tokens.testing import at_once

from .conftest import AUDIENCE, ISSUER, a_strategy
from .issuers import ASYMMETRIC, ES256, KEYS, Issuer, a_client, a_verifier, signed_by


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    yield made
    made.close()


def reason_for(verifier: TokenVerifier, token: str) -> Reason:
    with pytest.raises(InvalidToken) as caught:
        verifier.verify(token)
    return caught.value.reason


@pytest.mark.parametrize("algorithm", ASYMMETRIC)
def test_a_verifier_elsewhere_accepts_what_the_issuer_signed(
    algorithm: Algorithm, issuer: Issuer, clock: FakeClock
) -> None:
    """With nothing but the published key, and refuses what another signed under its name."""
    key = KEYS[algorithm]
    issuer.answer = issuer.publish(key)
    verifier = a_verifier(a_client(issuer, clock), clock)
    identity = verifier.verify(signed_by(clock, key).issue("alice", {"a": 1}).credential)
    assert (identity.subject, identity.data) == ("alice", {"a": 1})
    thief = Key(key.kid, algorithm, Key.generate(algorithm).private)
    assert reason_for(verifier, signed_by(clock, thief).issue("alice").credential) is (
        Reason.SIGNATURE
    )


def test_a_verifier_checks_claims_as_the_issuer_does(clock: FakeClock) -> None:
    """Addressee, instants and revocation, each with its reason."""
    manager = signed_by(clock, ES256)
    public = ES256.public()
    assert public is not None
    token = manager.issue("alice").credential
    for changes, reason in (
        ({"audience": "other"}, Reason.AUDIENCE),
        ({"issuer": "https://other.example"}, Reason.ISSUER),
        ({"now": lambda: clock.now + 301}, Reason.EXPIRED),
        ({"now": lambda: clock.now - 61}, Reason.IMMATURE),
    ):
        options: Any = {"issuer": ISSUER, "audience": AUDIENCE, "now": clock, **changes}
        assert reason_for(TokenVerifier(KeyRing([public]), **options), token) is reason
    denylist = a_strategy("denylist", manager.store, clock)
    denylist.revoke([manager.verify(token).handle], clock.now + 300)
    verifier = TokenVerifier(
        KeyRing([public]), denylist, issuer=ISSUER, audience=AUDIENCE, now=clock
    )
    assert reason_for(verifier, token) is Reason.REVOKED


def test_an_unknown_key_is_fetched_once_in_a_while(issuer: Issuer, clock: FakeClock) -> None:
    """A new key is found at once; a flood of made-up ones is not a flood of fetches."""
    new = Key.generate("ES256")
    verifier = a_verifier(a_client(issuer, clock, cooldown_s=30), clock)
    verifier.verify(signed_by(clock, ES256).issue("alice").credential)
    assert issuer.asked == 1
    clock.advance(30)
    issuer.answer = issuer.publish(ES256, new)
    assert verifier.verify(signed_by(clock, new).issue("bob").credential).subject == "bob"
    assert issuer.asked == 2
    for _ in range(20):
        unknown = signed_by(clock, Key.generate("ES256")).issue("mallory").credential
        assert reason_for(verifier, unknown) is Reason.KEY
    assert issuer.asked == 2
    clock.advance(30)
    assert reason_for(verifier, unknown) is Reason.KEY
    assert issuer.asked == 3


def test_a_token_that_is_damaged_is_not_worth_a_fetch(issuer: Issuer, clock: FakeClock) -> None:
    """Only a `kid` that is not known is."""
    verifier = a_verifier(a_client(issuer, clock, cooldown_s=0), clock)
    token = signed_by(clock, ES256).issue("alice").credential
    verifier.verify(token)
    for damaged in ("", "a.b.c", token[:-8], token + "A" * 4):
        reason_for(verifier, damaged)
    assert issuer.asked == 1


def test_a_removed_key_ends_when_the_set_reaches_its_age(issuer: Issuer, clock: FakeClock) -> None:
    """Without any unknown key to ask about."""
    old, new = ES256, Key.generate("ES256")
    verifier = a_verifier(a_client(issuer, clock, max_age_s=100), clock)
    token = signed_by(clock, old).issue("alice").credential
    verifier.verify(token)
    issuer.answer = issuer.publish(new)
    clock.advance(99)
    verifier.verify(token)
    clock.advance(1)
    assert reason_for(verifier, token) is Reason.KEY
    assert issuer.asked == 2


@pytest.mark.parametrize(
    "url",
    [
        "http://issuer.example/jwks.json",
        "http://127.0.0.1.example/jwks.json",
        "http://localhost@issuer.example/",
        "ftp://127.0.0.1/jwks.json",
        "file:///etc/passwd",
        "https:///jwks.json",
        "https://user:password@issuer.example/",
        "//issuer.example/",
        "",
    ],
)
def test_keys_come_over_https_or_from_this_machine(url: str) -> None:
    """Whoever can change them on the way can sign anything."""
    with pytest.raises(
        ValueError, match=r"keys are fetched over https|has a host|must not be empty"
    ):
        JwksClient(url)


def test_many_callers_fetch_once(issuer: Issuer, clock: FakeClock) -> None:
    """And all of them are answered."""
    verifier = a_verifier(a_client(issuer, clock), clock)
    token = signed_by(clock, ES256).issue("alice").credential
    found = at_once(*[partial(verifier.verify, token)] * 8)
    assert [each.subject for each in found] == ["alice"] * 8
    assert issuer.asked == 1
