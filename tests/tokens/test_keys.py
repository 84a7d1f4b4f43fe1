"""Which key is taken, which is refused, and what others learn of it."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tokens import Algorithm, InvalidToken, Key, KeyRing, PublicKey, State
from tokens.signing import Signer

EC384 = ec.generate_private_key(ec.SECP384R1())
RSA1024 = rsa.generate_private_key(public_exponent=65537, key_size=1024)


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_key_survives_its_file(algorithm: Algorithm) -> None:
    """What was stored comes back as the same key."""
    key = Key.generate(algorithm)
    again = Key.from_dict(key.to_dict())
    assert again.to_dict() == key.to_dict()
    assert (again.kid, again.algorithm) == (key.kid, algorithm)


@pytest.mark.parametrize(
    ("algorithm", "private", "remedy"),
    [
        ("HS256", b"x" * 31, "32 random bytes"),
        ("HS256", ec.generate_private_key(ec.SECP256R1()), "a secret of bytes"),
        ("RS256", RSA1024, "2048 bits"),
        ("PS256", RSA1024, "2048 bits"),
        ("RS256", b"x" * 32, "RSA private key"),
        ("ES256", EC384, "P-256"),
        ("ES256", b"x" * 32, "P-256"),
        ("EdDSA", b"x" * 32, "Ed25519"),
        ("ES256", ed25519.Ed25519PrivateKey.generate(), "P-256"),
    ],
)
def test_a_key_that_does_not_fit_is_refused(algorithm: str, private: bytes, remedy: str) -> None:
    """At start-up, with what would fit."""
    with pytest.raises(ValueError, match=remedy):
        Key("kid", Algorithm(algorithm), private)


@pytest.mark.parametrize("kid", ["", "a" * 65, "../key", "a b", "é", "a\n"])
def test_a_kid_is_plain(kid: str) -> None:
    """It travels in every header, and is looked up by whoever reads one."""
    with pytest.raises(ValueError, match="kid"):
        Key(kid, Algorithm.HS256, b"x" * 32)


def test_an_algorithm_that_is_not_on_the_list_is_refused() -> None:
    """The set is closed."""
    for name in ("none", "HS512", "ES256K", "RSA-OAEP"):
        with pytest.raises(ValueError, match=name):
            Key.generate(name)


def test_a_ring_needs_a_key_and_tells_them_apart() -> None:
    """No ring without a key, nor with two of one name."""
    key = Key.generate("HS256")
    with pytest.raises(ValueError, match="needs a key"):
        KeyRing([])
    with pytest.raises(ValueError, match="one kid"):
        KeyRing([key, Key(key.kid, Algorithm.HS256, b"y" * 32)])


def test_the_jwk_set_has_the_public_keys_and_no_secret() -> None:
    """RFC 7517: HS256 has no public key; no private member stands in any."""
    ring = KeyRing([Key.generate(algorithm) for algorithm in Algorithm])
    published = ring.jwks()["keys"]
    assert [jwk["alg"] for jwk in published] == ["RS256", "PS256", "ES256", "EdDSA"]
    for jwk in published:
        assert not {"d", "p", "q", "dp", "dq", "qi", "k", "oth"} & jwk.keys()


def test_a_key_does_not_show_itself() -> None:
    """In a log or a traceback a key is its name."""
    key = Key("name", Algorithm.HS256, b"secret-secret-secret-secret-secret")
    assert repr(key) == "Key(kid='name', algorithm='HS256')"


def test_a_stored_key_that_is_none_is_refused() -> None:
    """Before anything is signed with it."""
    with pytest.raises(ValueError, match="lacks 'private'"):
        Key.from_dict({"kid": "a", "algorithm": "HS256"})


def test_a_ring_survives_its_file() -> None:
    """Keys, order and states; keys that were stored before there were states sign as ever."""
    old, new = Key.generate("ES256"), Key.generate("EdDSA")
    ring = KeyRing([old]).publish(new).promote(new.kid)
    again = KeyRing.from_list(ring.to_list())
    assert again.to_list() == ring.to_list()
    assert again.signing.kid == new.kid
    assert again.states == {old.kid: State.VERIFY_ONLY, new.kid: State.SIGNING}
    assert KeyRing.from_list([old.to_dict(), new.to_dict()]).signing.kid == old.kid


def test_a_key_goes_one_way_through_its_states() -> None:
    """Published before it signs, replaced before it is retired, and never back."""
    old, new = Key.generate("HS256"), Key.generate("HS256")
    ring = KeyRing([old])
    for wrong in (old.kid, new.kid):
        with pytest.raises(ValueError, match="only a published key"):
            ring.promote(wrong)
    for wrong in (old.kid, "no-such-kid"):
        with pytest.raises(ValueError, match="cannot be retired"):
            ring.retire(wrong)
    with pytest.raises(ValueError, match="one kid"):
        ring.publish(Key(old.kid, new.algorithm, new.private))
    done = ring.publish(new).promote(new.kid).retire(old.kid)
    assert [key.kid for key in done.verifying] == [new.kid]
    for back in (done.promote, done.publish(Key.generate("HS256")).promote):
        with pytest.raises(ValueError, match="only a published key"):
            back(old.kid)


def test_one_key_of_a_ring_signs() -> None:
    """Never two, whatever a file says."""
    stored = [{**Key.generate("HS256").to_dict(), "state": "signing"} for _ in range(2)]
    with pytest.raises(ValueError, match="one key of a ring signs"):
        KeyRing.from_list(stored)


def test_a_ring_of_public_keys_only_verifies() -> None:
    """And says so when it is asked to sign; a public key is never made to."""
    key = Key.generate("ES256")
    public = key.public()
    assert public is not None
    ring = KeyRing([public])
    assert Signer(ring).verify(Signer(KeyRing([key])).sign(b"{}")) == b"{}"
    for sign in (lambda: ring.signing, lambda: Signer(ring).sign(b"{}")):
        with pytest.raises(ValueError, match="only verifies"):
            sign()
    with pytest.raises(ValueError, match="a public key cannot"):
        KeyRing([public], {key.kid: State.SIGNING})
    other = PublicKey("other", public.algorithm, public.verifies_with)
    with pytest.raises(ValueError, match="a public key cannot"):
        KeyRing([key]).publish(other).promote("other")


def test_retired_keys_are_not_published() -> None:
    """Verifiers elsewhere forget them with their next fetch."""
    old, new = Key.generate("ES256"), Key.generate("ES256")
    ring = KeyRing([old]).publish(new)
    assert [jwk["kid"] for jwk in ring.jwks()["keys"]] == [old.kid, new.kid]
    done = ring.promote(new.kid).retire(old.kid)
    assert [jwk["kid"] for jwk in done.jwks()["keys"]] == [new.kid]


def test_nodes_rotate_without_a_gap_in_any_order() -> None:
    """Step by step, one node after the other: every token verifies on every node, always."""
    old, new = Key.generate("HS256"), Key.generate("HS256")
    steps: list[Callable[[KeyRing], KeyRing]] = [
        lambda ring: ring.publish(new),
        lambda ring: ring.promote(new.kid),
    ]
    for orders in itertools.product(itertools.permutations(range(3)), repeat=len(steps)):
        nodes = [Signer(KeyRing([old])) for _ in range(3)]
        alive = [nodes[0].sign(b"{}")]
        for step, order in zip(steps, orders, strict=True):
            for at in order:
                nodes[at].use(step(nodes[at].ring))
                alive += [node.sign(b"{}") for node in nodes]
                assert all(node.verify(token) == b"{}" for node in nodes for token in alive)
        # The old one signs nowhere now: what it signed expires, and then it may go, anywhere.
        for node in nodes:
            node.use(node.ring.retire(old.kid))
            for other in nodes:
                assert node.verify(other.sign(b"{}")) == b"{}"


def test_losing_a_key_ends_what_it_signed() -> None:
    """Retired at once: not one of its tokens is accepted, nor what a thief goes on to sign."""
    leaked, new = Key.generate("ES256"), Key.generate("ES256")
    signer = Signer(KeyRing([leaked]))
    token = signer.sign(b"{}")
    signer.use(signer.ring.publish(new).promote(new.kid).retire(leaked.kid))
    for stolen in (token, Signer(KeyRing([leaked])).sign(b"{}")):
        with pytest.raises(InvalidToken, match="key"):
            signer.verify(stolen)
