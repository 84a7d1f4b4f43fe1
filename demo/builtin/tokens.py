"""Schemes over self-contained tokens, composed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import msgspec

from tokens import Algorithm, Denylist, Expiry, Key, KeyRing, Lifetimes, TokenManager
from tokens.manager import MAX_DATA_BYTES
from tokens.revocation.base import Revocation
from tokens.revocation.generation import Generation
from tokens.revocation.pushed import Pushed
from tokens.revocation.snapshot import Snapshot
from tokens.revocation.statuslist import StatusLists
from tokens.signing import Signer
from tokens.stores.base import TokenStore
from tokens.stores.memory import MemoryStore
from tokens.stores.redis import RedisStore
from tokens.stores.sqlite import SQLiteStore
from tokens.verified import VerifiedTokens

from ..auth import Scheme, Settings, Strength
from ..keyfile import load_or_make
from ..metering import Meter
from ..storage import (
    CARRIED,
    STORES,
    Transport,
    best,
    namespace,
    postgres_url,
    redis_client,
    sqlite_path,
)
from ..titles import token_family, token_title
from .floors import token_floor
from .moments import weakest_moment

ISSUER = "https://demo.example"
AUDIENCE = "demo"
LISTS = f"{ISSUER}/statuslists"
LISTS_TTL_S = 60
"""How long verifiers elsewhere may keep a status list."""
MAX_LIST_BYTES = 2**20
# A browser drops a cookie over 4,096 bytes, name and value together, without a word. Signed and
# in base64url, this much data stays below that.
COOKIE_DATA_BYTES = 2500
# An RSA signature takes 300 characters more than the others: 225 bytes of data fewer.
RSA_COOKIE_DATA_BYTES = COOKIE_DATA_BYTES - 225

STRATEGIES: Mapping[str, tuple[Callable[[TokenStore], Revocation], str]] = {
    "expiry": (lambda _: Expiry(), "no revocation but expiry"),
    "denylist": (lambda store: Denylist(store, ISSUER), "a denylist"),
    "generation": (lambda store: Generation(store, ISSUER), "a generation for each subject"),
    "snapshot": (lambda store: Snapshot(store, ISSUER), "denials polled by each node"),
    "pushed": (lambda store: Pushed(store, ISSUER), "denials pushed to each node"),
    "statuslist": (
        lambda store: StatusLists(store, ISSUER, LISTS),
        "status lists polled by each node",
    ),
    "filter": (lambda store: _filter(store), "a Bloom filter of denials in each node"),
}


@dataclass(frozen=True)
class TokenScheme:
    """Tokens signed by an algorithm and called back by a strategy, by a transport."""

    transport: Transport
    algorithm: str
    strategy: str
    store: Literal["sqlite", "redis", "postgres"] | None = None
    """Where denials and refresh families are; None: families in the best store there is."""
    cached: bool = False
    """Whether a signature that was found good is remembered."""

    @property
    def name(self) -> str:
        """As its entry point is called."""
        parts = ["token", self.transport, self.algorithm.lower(), self.strategy]
        parts += [self.store] if self.store else []
        return "-".join([*parts, "cached"] if self.cached else parts)

    def __call__(self, settings: Settings) -> Scheme:
        """Build the scheme; ValueError with the remedy if a store it needs was not given."""
        kind = self.store or best(settings)
        store = _open(self.name, kind, settings)
        meter = Meter()
        counted = meter.store(store) if settings.timing else store
        make, called = STRATEGIES[self.strategy]
        revocation = make(counted)
        ring = _ring(Algorithm(self.algorithm), settings)
        lifetimes = Lifetimes(
            inactivity=settings.inactivity, absolute=settings.absolute, access=settings.access
        )
        manager = TokenManager(
            ring,
            counted,
            revocation,
            lifetimes,
            issuer=ISSUER,
            audience=audience(settings),
            max_data_bytes=_data_bytes(self.transport, self.algorithm),
            verified=VerifiedTokens() if self.cached else None,
            **_cap(settings),
        )
        if settings.timing:
            manager.signer = meter.signer(manager.signer)

        def close() -> None:
            revocation.close()
            store.close()

        place = namespace(self.name, settings)
        strength, bound_s = _claim(revocation, lifetimes)
        where = f" in {STORES[kind]}" if self.store else ""
        remembered = " and checked once a node" if self.cached else ""
        return Scheme(
            name=self.name,
            summary=f"Tokens signed with {self.algorithm}{remembered}, {called}{where}, "
            f"carried by {CARRIED[self.transport]}.",
            mechanism=manager,
            transport=self.transport,
            strength=strength,
            bound_s=bound_s,
            shared=kind != "memory" and settings.keys_file is not None,
            kind="token",
            title=token_title(self.transport, self.algorithm, self.strategy, self.store)
            + (", signatures remembered" if self.cached else ""),
            family=token_family(self.strategy, self.cached),
            algorithm=self.algorithm,
            strategy=self.strategy,
            store=kind,
            cached=self.cached,
            verified_with="secret" if self.algorithm == "HS256" else "public-key",
            place=place,
            floor=partial(token_floor, self.algorithm, self.strategy, kind, place, settings),
            weakest=partial(weakest_moment, self.strategy, kind, place),
            public_keys=None if self.algorithm == "HS256" else ring.jwks,
            status_list=_published(revocation, ring),
            probe=store.ping,
            reap=lambda: store.reap(time.time()),
            take_measured=meter.take,
            close=close,
        )


def audience(settings: Settings) -> str:
    """Return whom tokens are for: each mount of a site is an audience of its own (ASVS 9.2.4)."""
    return f"{AUDIENCE}/{settings.mount}" if settings.mount else AUDIENCE


def _data_bytes(transport: Transport, algorithm: str) -> int:
    """How much data a token may carry: what the transport takes with some room, or our limit."""
    if transport not in ("cookie", "url"):
        return MAX_DATA_BYTES
    return RSA_COOKIE_DATA_BYTES if algorithm in ("RS256", "PS256") else COOKIE_DATA_BYTES


def _cap(settings: Settings) -> dict[str, Any]:
    if settings.max_sessions is None:
        return {}
    return {"max_sessions": settings.max_sessions, "at_max": settings.at_max}


def _published(revocation: Revocation, ring: KeyRing) -> Callable[[int], tuple[str, int]] | None:
    """Return what signs a status list for verifiers elsewhere; None if there are no lists."""
    if not isinstance(revocation, StatusLists):
        return None
    # A type of its own, so that no list passes for an access token, nor the other way round.
    signer = Signer(ring, MAX_LIST_BYTES, "statuslist+jwt")

    def published(number: int) -> tuple[str, int]:
        claims = revocation.published(f"{LISTS}/{number}", LISTS_TTL_S)
        return signer.sign(msgspec.json.encode(claims)), LISTS_TTL_S

    return published


def _filter(store: TokenStore) -> Revocation:
    try:
        # Only now: the library is an extra, and who has no filter does not need it.
        from tokens.revocation.filter import Filter
    except ImportError as exc:
        raise ValueError(
            "a Bloom filter needs a library: pip install 'sessions-or-tokens[filter]'"
        ) from exc
    return Filter(store, ISSUER)


def _claim(revocation: Revocation, lifetimes: Lifetimes) -> tuple[Strength, float]:
    """What the strategy says of itself, and the bound that follows."""
    described: dict[str, Any] = revocation.strength(0.0).describe()
    if described["strength"] == "at-expiry":
        return "at-expiry", (lifetimes.access + lifetimes.leeway).total_seconds()
    if described["strength"] == "within":
        return "within", float(described["within_seconds"])
    return "immediate", 0.0


def _open(name: str, kind: str, settings: Settings) -> TokenStore:
    if kind == "memory":
        return MemoryStore()
    if kind == "sqlite":
        return SQLiteStore(sqlite_path(name, settings))
    if kind == "redis":
        return RedisStore(redis_client(name, settings), prefix=f"{namespace(name, settings)}:")
    url = postgres_url(name, settings)
    # Only now: the driver is an extra, and who has no PostgreSQL does not need it.
    from tokens.stores.postgres import PostgresStore

    return PostgresStore(url, schema=namespace(name, settings))


def _ring(algorithm: Algorithm, settings: Settings) -> KeyRing:
    if settings.keys_file is None:
        return KeyRing([Key.generate(algorithm)])
    stored = load_or_make(
        settings.keys_file, lambda: [Key.generate(each).to_dict() for each in Algorithm]
    )
    # The others are not read: to check a private RSA key takes longer than all else here.
    own = [Key.from_dict(each) for each in stored if each.get("algorithm") == algorithm.value]
    if not own:
        raise ValueError(f"{settings.keys_file} holds no key for {algorithm.value}: remove it")
    return KeyRing(own)
