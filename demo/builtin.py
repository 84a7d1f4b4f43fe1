"""The built-in schemes, composed: the one place that knows both sessions and tokens."""

from __future__ import annotations

from typing import Literal

from sessions import Lifetimes as SessionLifetimes
from sessions import SessionManager
from sessions.stores.base import SessionStore
from sessions.stores.memory import MemoryStore as SessionMemoryStore
from sessions.stores.redis import RedisStore as SessionRedisStore
from sessions.stores.sqlite import SQLiteStore as SessionSQLiteStore
from tokens import Algorithm, Denylist, Expiry, Key, KeyRing, TokenManager
from tokens import Lifetimes as TokenLifetimes
from tokens.manager import MAX_DATA_BYTES
from tokens.stores.base import TokenStore
from tokens.stores.memory import MemoryStore as TokenMemoryStore
from tokens.stores.redis import RedisStore as TokenRedisStore
from tokens.stores.sqlite import SQLiteStore as TokenSQLiteStore

from .auth import Scheme, Settings
from .keyfile import load_or_make
from .metering import Meter
from .storage import (
    has_postgres,
    has_redis,
    has_sqlite,
    postgres_url,
    redis_client,
    sqlite_path,
)

ISSUER = "https://demo.example"
AUDIENCE = "demo"
# A browser drops a cookie over 4,096 bytes, name and value together, without a word. Signed and
# in base64url, this much data stays below that.
COOKIE_DATA_BYTES = 2500

Transport = Literal["cookie", "bearer"]
_TOKEN_ALGORITHMS = (Algorithm.HS256, Algorithm.ES256)


def control(settings: Settings) -> Scheme:  # noqa: ARG001 - every factory takes settings
    """Build the scheme that asks nobody who they are."""
    return Scheme(
        name="control",
        summary="No authentication: what every cost is measured against.",
        mechanism=None,
        transport="none",
        strength="immediate",
    )


def control_delay_100us(settings: Settings) -> Scheme:  # noqa: ARG001
    """Build `control` with a known delay, which a measurement must find again."""
    return Scheme(
        name="control-delay-100us",
        summary="No authentication and a delay of 100 microseconds: a known truth to recover.",
        mechanism=None,
        transport="none",
        strength="immediate",
        delay_us=100.0,
    )


def session_cookie_memory(settings: Settings) -> Scheme:
    """Build sessions in this process, by cookie."""
    return _session("session-cookie-memory", "cookie", "memory", settings)


def session_cookie_sqlite(settings: Settings) -> Scheme:
    """Build sessions in an SQLite file, by cookie."""
    return _session("session-cookie-sqlite", "cookie", "sqlite", settings)


def session_cookie_redis(settings: Settings) -> Scheme:
    """Build sessions in Valkey or Redis, by cookie."""
    return _session("session-cookie-redis", "cookie", "redis", settings)


def session_cookie_postgres(settings: Settings) -> Scheme:
    """Build sessions in PostgreSQL, by cookie."""
    return _session("session-cookie-postgres", "cookie", "postgres", settings)


def session_bearer_redis(settings: Settings) -> Scheme:
    """Build sessions in Valkey or Redis, by Authorization header."""
    return _session("session-bearer-redis", "bearer", "redis", settings)


def token_bearer_hs256_expiry(settings: Settings) -> Scheme:
    """Build tokens signed with HS256 that nobody can call back, by Authorization header."""
    return _token("token-bearer-hs256-expiry", "bearer", Algorithm.HS256, "expiry", settings)


def token_bearer_es256_expiry(settings: Settings) -> Scheme:
    """Build tokens signed with ES256 that nobody can call back, by Authorization header."""
    return _token("token-bearer-es256-expiry", "bearer", Algorithm.ES256, "expiry", settings)


def token_bearer_hs256_denylist_redis(settings: Settings) -> Scheme:
    """Build tokens signed with HS256 and a denylist in Valkey or Redis, by header."""
    name = "token-bearer-hs256-denylist-redis"
    return _token(name, "bearer", Algorithm.HS256, "denylist", settings, "redis")


def token_bearer_hs256_denylist_postgres(settings: Settings) -> Scheme:
    """Build tokens signed with HS256 and a denylist in PostgreSQL, by header."""
    name = "token-bearer-hs256-denylist-postgres"
    return _token(name, "bearer", Algorithm.HS256, "denylist", settings, "postgres")


def token_cookie_hs256_expiry(settings: Settings) -> Scheme:
    """Build tokens signed with HS256 that nobody can call back, by cookie."""
    return _token("token-cookie-hs256-expiry", "cookie", Algorithm.HS256, "expiry", settings)


def _session(name: str, transport: Transport, kind: str, settings: Settings) -> Scheme:
    store = _session_store(name, settings, kind)
    meter = Meter()
    manager = SessionManager(
        meter.store(store) if settings.timing else store,
        SessionLifetimes(
            inactivity=settings.inactivity, absolute=settings.absolute, touch=settings.touch
        ),
    )
    return Scheme(
        name=name,
        summary=f"Server-side sessions in {_STORES[kind]}, carried by {_CARRIED[transport]}.",
        mechanism=manager,
        transport=transport,
        strength="immediate",
        shared=kind != "memory",
        probe=store.ping,
        take_measured=meter.take,
        close=store.close,
        notes={"mechanism": "session", "store": _STORES[kind]},
    )


def _token(
    name: str,
    transport: Transport,
    algorithm: Algorithm,
    state: str,
    settings: Settings,
    kind: str | None = None,
) -> Scheme:
    kind = kind or _best(settings)
    store = _token_store(name, settings, kind)
    meter = Meter()
    counted = meter.store(store) if settings.timing else store
    lifetimes = TokenLifetimes(
        inactivity=settings.inactivity, absolute=settings.absolute, access=settings.access
    )
    ring = _ring(algorithm, settings)
    manager = TokenManager(
        ring,
        counted,
        Denylist(counted, ISSUER) if state == "denylist" else Expiry(),
        lifetimes,
        issuer=ISSUER,
        audience=AUDIENCE,
        max_data_bytes=COOKIE_DATA_BYTES if transport == "cookie" else MAX_DATA_BYTES,
    )
    if settings.timing:
        manager.signer = meter.signer(manager.signer)
    immediate = state == "denylist"
    access_s = (lifetimes.access + lifetimes.leeway).total_seconds()
    revocation = f"a denylist in {_STORES[kind]}" if immediate else "no revocation but expiry"
    return Scheme(
        name=name,
        summary=f"Tokens signed with {algorithm.value}, {revocation}, "
        f"carried by {_CARRIED[transport]}.",
        mechanism=manager,
        transport=transport,
        strength="immediate" if immediate else "at-expiry",
        bound_s=0.0 if immediate else access_s,
        shared=kind != "memory" and settings.keys_file is not None,
        public_keys=None if algorithm is Algorithm.HS256 else ring.jwks,
        probe=store.ping,
        take_measured=meter.take,
        close=store.close,
        notes={"mechanism": "token", "algorithm": algorithm.value, "store": _STORES[kind]},
    )


_STORES = {
    "memory": "process memory",
    "sqlite": "an SQLite file",
    "redis": "Valkey",
    "postgres": "PostgreSQL",
}
_CARRIED = {"cookie": "a cookie", "bearer": "the Authorization header"}


def _session_store(name: str, settings: Settings, kind: str) -> SessionStore:
    if kind == "memory":
        return SessionMemoryStore()
    if kind == "sqlite":
        return SessionSQLiteStore(sqlite_path(name, settings))
    if kind == "redis":
        return SessionRedisStore(redis_client(name, settings), prefix=f"{name}:")
    url = postgres_url(name, settings)
    # Only now: the driver is an extra, and who has no PostgreSQL does not need it.
    from sessions.stores.postgres import PostgresStore

    return PostgresStore(url, schema=name)


def _token_store(name: str, settings: Settings, kind: str) -> TokenStore:
    if kind == "memory":
        return TokenMemoryStore()
    if kind == "sqlite":
        return TokenSQLiteStore(sqlite_path(name, settings))
    if kind == "redis":
        return TokenRedisStore(redis_client(name, settings), prefix=f"{name}:")
    url = postgres_url(name, settings)
    from tokens.stores.postgres import PostgresStore  # only now, as above

    return PostgresStore(url, schema=name)


def _best(settings: Settings) -> str:
    """Where refresh families are kept: the best of what was given."""
    if has_redis(settings):
        return "redis"
    if has_postgres(settings):
        return "postgres"
    return "sqlite" if has_sqlite(settings) else "memory"


def _ring(algorithm: Algorithm, settings: Settings) -> KeyRing:
    if settings.keys_file is None:
        return KeyRing([Key.generate(algorithm)])
    fresh = [Key.generate(each).to_dict() for each in _TOKEN_ALGORITHMS]
    keys = [Key.from_dict(stored) for stored in load_or_make(settings.keys_file, fresh)]
    own = [key for key in keys if key.algorithm is algorithm]
    if not own:
        raise ValueError(f"{settings.keys_file} holds no key for {algorithm.value}: remove it")
    return KeyRing(own)
