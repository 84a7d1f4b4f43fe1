"""Schemes over server-side sessions, composed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Literal

from sessions import Lifetimes, SessionManager, Within
from sessions.stores.base import SessionStore
from sessions.stores.cached import CachedStore
from sessions.stores.memory import MemoryStore
from sessions.stores.redis import RedisStore
from sessions.stores.sqlite import SQLiteStore

from ..auth import Scheme, Settings
from ..metering import Meter
from ..storage import (
    CARRIED,
    STORES,
    Transport,
    namespace,
    postgres_url,
    redis_client,
    sqlite_path,
)
from ..titles import session_family, session_title
from .floors import session_floor

TRUST = timedelta(seconds=2)
"""How long a node of a cached scheme trusts what it looked up."""


@dataclass(frozen=True)
class SessionScheme:
    """Sessions in a store, by a transport."""

    transport: Transport
    store: Literal["memory", "sqlite", "redis", "postgres"]
    cached: bool = False

    @property
    def name(self) -> str:
        """As its entry point is called."""
        return f"session-{self.transport}-{self.store}" + ("-cached" if self.cached else "")

    def __call__(self, settings: Settings) -> Scheme:
        """Build the scheme; ValueError with the remedy if a store it needs was not given."""
        store = _open(self.name, self.store, settings)
        meter = Meter()
        # Inside the cache, so that what is counted is what the store was asked.
        asked = meter.store(store) if settings.timing else store
        used: SessionStore = CachedStore(asked, TRUST) if self.cached else asked
        lifetimes = Lifetimes(
            inactivity=settings.inactivity,
            absolute=settings.absolute,
            touch=settings.touch,
            renewal=settings.renewal,
        )
        place = namespace(self.name, settings)
        # What is remembered is a look into this process.
        asked_store = "memory" if self.cached else self.store
        remembered = f", trusted for {TRUST.total_seconds():g} s" if self.cached else ""
        strength = used.strength
        return Scheme(
            name=self.name,
            summary=f"Server-side sessions in {STORES[self.store]}{remembered}, "
            f"carried by {CARRIED[self.transport]}.",
            mechanism=SessionManager(
                used, lifetimes, max_sessions=settings.max_sessions, at_max=settings.at_max
            ),
            transport=self.transport,
            strength="within" if isinstance(strength, Within) else "immediate",
            bound_s=strength.seconds if isinstance(strength, Within) else 0.0,
            shared=self.store != "memory",
            probe=store.ping,
            reap=lambda: store.reap(time.time()),
            take_measured=meter.take,
            close=store.close,
            kind="session",
            title=session_title(self.transport, self.store, self.cached),
            family=session_family(self.cached),
            strategy="delete",
            store=self.store,
            cached=self.cached,
            verified_with="store",
            place=place,
            floor=partial(session_floor, asked_store, place, settings),
        )


def _open(name: str, kind: str, settings: Settings) -> SessionStore:
    if kind == "memory":
        return MemoryStore()
    if kind == "sqlite":
        return SQLiteStore(sqlite_path(name, settings))
    if kind == "redis":
        return RedisStore(redis_client(name, settings), prefix=f"{namespace(name, settings)}:")
    url = postgres_url(name, settings)
    # Only now: the driver is an extra, and who has no PostgreSQL does not need it.
    from sessions.stores.postgres import PostgresStore

    return PostgresStore(url, schema=namespace(name, settings))
