"""The key ring: which key signs, which keys verify, and how others learn the public ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from .keys import Key, PublicKey


class State(StrEnum):
    """Where a key of a ring is in its life. It goes one way only."""

    PUBLISHED = "published"
    """Others learn it and accept it; it signs nothing here yet."""
    SIGNING = "signing"
    """The one that signs."""
    VERIFY_ONLY = "verify-only"
    """What it signed is still accepted."""
    RETIRED = "retired"
    """Nothing it signed is accepted, and it never comes back."""


class KeyRing:
    """The keys of one issuer, each with its state. Never changes: a change gives a new ring.

    Without *states* the first key that can sign does, and the others wait to.

    To rotate without a gap: `publish` the new key on every node and wait until each node, and
    each cache of the JWK set, has it; then `promote` it node by node; and when the last token of
    the old one has expired, `retire` that. In this order no node meets a token signed by a key
    that it does not know, whichever nodes are ahead. A key that has leaked is retired at once,
    when another was promoted: that ends every token it signed.
    """

    def __init__(
        self, keys: Iterable[Key | PublicKey], states: Mapping[str, State] | None = None
    ) -> None:
        if isinstance(keys, (Key, PublicKey, str, bytes)):
            raise TypeError("a key ring takes a list of keys, as in KeyRing([key])")
        self.keys = tuple(keys)
        if not all(isinstance(key, (Key, PublicKey)) for key in self.keys):
            raise TypeError("a key ring is of Key and PublicKey: Key.generate('ES256') makes one")
        if not self.keys:
            raise ValueError("a key ring needs a key: Key.generate('ES256') makes one")
        if len({key.kid for key in self.keys}) != len(self.keys):
            raise ValueError("two keys of a ring have one kid: verifiers could not tell them apart")
        self.states = dict(states) if states is not None else _first_signs(self.keys)
        if self.states.keys() != {key.kid for key in self.keys}:
            raise ValueError("states has the kid of every key of the ring, and no other")
        self.states = {kid: State(state) for kid, state in self.states.items()}
        signing = [key for key in self.keys if self.states[key.kid] is State.SIGNING]
        if len(signing) > 1 or any(isinstance(key, PublicKey) for key in signing):
            raise ValueError("one key of a ring signs, and a public key cannot")
        self._signing = signing[0] if signing else None

    @property
    def signing(self) -> Key:
        """The key that signs; ValueError if this ring only verifies."""
        if not isinstance(self._signing, Key):
            raise ValueError("this key ring only verifies: it has no private key that signs")
        return self._signing

    @property
    def can_sign(self) -> bool:
        """Whether there is a key that signs."""
        return self._signing is not None

    @property
    def verifying(self) -> tuple[Key | PublicKey, ...]:
        """The keys whose signatures are accepted: all but the retired."""
        return tuple(key for key in self.keys if self.states[key.kid] is not State.RETIRED)

    def publish(self, key: Key | PublicKey) -> KeyRing:
        """A ring that accepts *key* as well."""
        if not isinstance(key, (Key, PublicKey)):
            raise TypeError("a key ring is of Key and PublicKey: Key.generate('ES256') makes one")
        return KeyRing((*self.keys, key), {**self.states, key.kid: State.PUBLISHED})

    def promote(self, kid: str) -> KeyRing:
        """A ring that signs with the published key *kid*; the one before only verifies."""
        if self.states.get(kid) is not State.PUBLISHED:
            raise ValueError("only a published key can be promoted: verifiers must know it first")
        past = {
            each: State.VERIFY_ONLY if state is State.SIGNING else state
            for each, state in self.states.items()
        }
        return KeyRing(self.keys, {**past, kid: State.SIGNING})

    def retire(self, kid: str) -> KeyRing:
        """A ring that no longer accepts the key *kid*."""
        if self.states.get(kid) in (None, State.SIGNING):
            raise ValueError("the key that signs cannot be retired: promote another first")
        return KeyRing(self.keys, {**self.states, kid: State.RETIRED})

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public keys as a JWK set (RFC 7517 section 5), the retired left out."""
        public = [key.public() for key in self.verifying]
        return {"keys": [key.to_jwk() for key in public if key is not None]}

    def to_list(self) -> list[dict[str, str]]:
        """Keys with their secret parts and states, for a file that only its owner may read."""
        own = [key for key in self.keys if isinstance(key, Key)]
        return [{**key.to_dict(), "state": self.states[key.kid].value} for key in own]

    @classmethod
    def from_list(cls, stored: Iterable[Mapping[str, str]]) -> KeyRing:
        """The ring that `to_list` wrote; ValueError if it is none."""
        found = list(stored)
        keys = [Key.from_dict(each) for each in found]
        if not any("state" in each for each in found):
            return cls(keys)
        states = {each["kid"]: State(each.get("state", "verify-only")) for each in found}
        return cls(keys, states)


def _first_signs(keys: Iterable[Key | PublicKey]) -> dict[str, State]:
    states: dict[str, State] = {}
    for key in keys:
        if isinstance(key, PublicKey):
            states[key.kid] = State.VERIFY_ONLY
        else:
            first = State.SIGNING not in states.values()
            states[key.kid] = State.SIGNING if first else State.PUBLISHED
    return states
