"""Self-contained tokens that ask a policy: the other half of shop/sessions.py.

Not a product: `tokens/` is. Several nodes can share what is shared, as they would over a store.
"""

from __future__ import annotations

import copy
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from demo.auth import Client, Scheme

from .jws import Keys, Refused, sign_hs256, sign_rs256
from .policy import Memory, Policy

ACCESS_S = 300
ISSUER = "https://shop.localhost"
AUDIENCE = "https://shop.localhost"


class Counted(MutableMapping[str, Any]):
    """
    The store that nodes share, with a count of the round trips that each of them makes.

    Like a store on the network it hands out copies: what a node changes in one is not kept until
    it is written back.
    """

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}
        self.reads = 0
        self.writes = 0
        self.is_down = False

    def __getitem__(self, key: str) -> Any:
        return copy.deepcopy(self._read()[key])

    def __contains__(self, key: object) -> bool:
        return key in self._read()

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._read()))

    def __len__(self) -> int:
        return len(self._read())

    def snapshot(self) -> dict[str, Any]:
        """Everything that is there, in one round trip."""
        return copy.deepcopy(self._read())

    def __setitem__(self, key: str, value: Any) -> None:
        self._write()[key] = copy.deepcopy(value)

    def __delitem__(self, key: str) -> None:
        del self._write()[key]

    def _read(self) -> dict[str, Any]:
        if self.is_down:
            raise StoreDown
        self.reads += 1
        return self._kept

    def _write(self) -> dict[str, Any]:
        if self.is_down:
            raise StoreDown
        self.writes += 1
        return self._kept


class StoreDown(Exception):
    """The store does not answer."""


@dataclass(frozen=True)
class Achieved:
    """What a logout says it achieved."""

    def describe(self) -> dict[str, str | float]:
        return {"strength": "immediate"}


@dataclass(frozen=True)
class Given:
    """What a client receives."""

    credential: str
    expires_at: float
    handle: str
    renewal: str | None = None


@dataclass(frozen=True)
class Known:
    """A caller whose token was accepted."""

    subject: str | None
    data: Mapping[str, Any]
    handle: str
    created_at: float
    expires_at: float


@dataclass
class Deployment:
    """What the nodes of one shop have in common."""

    keys: Keys
    now: Callable[[], float]
    shared: Counted = field(default_factory=Counted)
    families: dict[str, Memory] = field(default_factory=dict)
    directory: dict[str, str] = field(default_factory=lambda: {"alice": "admin"})
    lock: threading.RLock = field(default_factory=threading.RLock)
    audience: str | None = AUDIENCE
    """Who the tokens are for; None: they do not say."""


class LabTokens:
    """The seven verbs over signed tokens, as demo.auth.Mechanism asks; one a node."""

    rejection = Refused
    outages: tuple[type[Exception], ...] = (StoreDown,)

    def __init__(self, policy: Policy, deployment: Deployment) -> None:
        self.policy = policy
        self.deployment = deployment
        self.own: Memory = {}

    def issue(
        self,
        subject: str | None,
        data: Mapping[str, Any] | None = None,
        client: Client | None = None,  # noqa: ARG002 - the labs do not show devices
    ) -> Given:
        family = secrets.token_urlsafe(9)
        refresh_token = secrets.token_urlsafe(32)
        state: Memory = {"current": refresh_token, "subject": subject, "rotated_at": 0.0}
        self.deployment.families[family] = state
        return self._sign(subject, family, data or {}, refresh_token)

    def verify(self, credential: str, fresh: bool = False) -> Known:  # noqa: ARG002
        claims = self._claims(credential)
        role = self.policy.role_of(claims, self.deployment.directory)
        data = {**claims.get("data", {}), "role": role}
        exp = float(claims.get("exp", 0))
        return Known(claims.get("sub"), data, str(claims.get("family", "")), exp - ACCESS_S, exp)

    def update(self, credential: str, changes: Mapping[str, Any]) -> Given:
        claims = self._claims(credential)
        merged = {**claims.get("data", {}), **changes}
        kept = {key: value for key, value in merged.items() if value is not None}
        return self._sign(claims.get("sub"), claims["family"], kept, None)

    def renew(
        self, renewal: str, subject: str | None = None, client: Client | None = None
    ) -> Given:
        if subject is not None:
            data = self._claims(renewal).get("data", {})
            return self.issue(subject, data, client)
        with self.deployment.lock:
            return self._rotate(renewal)

    def revoke(self, credential: str) -> Achieved:
        claims = self._claims(credential)
        self.deployment.families.pop(str(claims.get("family")), None)
        self.policy.log_out(claims, self.deployment.shared, self.own)
        return Achieved()

    def revoke_entry(self, subject: str, handle: str) -> Achieved | None:  # noqa: ARG002
        return Achieved() if self.deployment.families.pop(handle, None) else None

    def revoke_all(self, subject: str, keep: str | None = None) -> Achieved:
        families = self.deployment.families
        for handle in [h for h, f in families.items() if f["subject"] == subject and h != keep]:
            del families[handle]
        return Achieved()

    def entries(self, subject: str) -> None:  # noqa: ARG002 - the labs do not show devices
        return None

    def _rotate(self, token: str) -> Given:
        handle, family = self._family_of(token)
        said = self.policy.refresh(family, token, self.deployment.now())
        if said == "rotate":
            family.setdefault("spent", []).append(token)
            family["previous"], family["current"] = token, secrets.token_urlsafe(32)
            family["rotated_at"] = self.deployment.now()
        elif said == "alarm":
            del self.deployment.families[handle]
            raise Refused("reuse: the family is ended")
        elif said != "repeat":
            raise Refused("refused")
        return self._sign(family["subject"], handle, {}, family["current"])

    def _family_of(self, token: str) -> tuple[str, Memory]:
        for handle, family in self.deployment.families.items():
            if token == family["current"] or token in family.get("spent", ()):
                return handle, family
        raise Refused("no such refresh token")

    def _claims(self, credential: str) -> dict[str, Any]:
        deployment = self.deployment
        claims = self.policy.verify(credential, deployment.keys, deployment.now())
        if not isinstance(claims, dict):
            raise Refused("no claims")
        if not self.policy.accepts(claims, deployment.shared, self.own, deployment.now()):
            raise Refused("it was called back")
        return claims

    def _sign(
        self, subject: str | None, family: str, data: Mapping[str, Any], renewal: str | None
    ) -> Given:
        now = int(self.deployment.now())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "sub": subject,
            "role": self.deployment.directory.get(subject or "", "customer"),
            "iat": now,
            "exp": now + ACCESS_S,
            "jti": secrets.token_urlsafe(9),
            "family": family,
            "data": dict(data),
        }
        if self.deployment.audience is not None:
            claims["aud"] = self.deployment.audience
        keys = self.deployment.keys
        if self.policy.sign_with == "HS256":
            token = sign_hs256(claims, keys.secret)
        else:
            token = sign_rs256(claims, keys.private)
        return Given(token, float(now + ACCESS_S), family, renewal)


def token_scheme(policy: Policy, deployment: Deployment) -> Scheme:
    """The shop's scheme under tokens, on one node."""
    return Scheme(
        name="token-bearer-lab",
        summary="The workshop's shop, with signed tokens as bearer.",
        mechanism=LabTokens(policy, deployment),
        transport="bearer",
        strength="immediate",
        kind="token",
    )
