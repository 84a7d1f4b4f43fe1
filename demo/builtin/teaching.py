"""One session and one token for the teaching pages: on a clock that is given, watched inside."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeVar

import sessions
import tokens
from sessions.stores.memory import MemoryStore as SessionMemory
from tokens.keyring import KeyRing
from tokens.stores.memory import MemoryStore as TokenMemory

from ..auth import Mechanism, Scheme, Settings
from ..titles import session_family, session_title, token_family, token_title
from .tokens import AUDIENCE, COOKIE_DATA_BYTES, ISSUER

Kept = TypeVar("Kept")
Algorithm = Literal["HS256", "RS256", "ES256", "EdDSA"]
ALGORITHMS: tuple[Algorithm, ...] = ("HS256", "RS256", "ES256", "EdDSA")
Strategy = Literal["expiry", "denylist"]
STRATEGIES: tuple[Strategy, ...] = ("expiry", "denylist")
Carrying = Literal["cookie", "bearer"]


@dataclass(frozen=True)
class Choice:
    """Which token stands beside the session."""

    transport: Carrying = "cookie"
    algorithm: Algorithm = "HS256"
    strategy: Strategy = "expiry"


@dataclass(frozen=True)
class Limits:
    """Every limit of a login, for both halves."""

    inactivity: timedelta = Settings.inactivity
    absolute: timedelta = timedelta(hours=8)
    renewal: timedelta = timedelta(hours=1)
    access: timedelta = Settings.access
    touch: timedelta = timedelta(0)


class Inside:
    """Lets a watcher stand between a manager and what it calls; this one lets everything by."""

    def store(self, store: Kept) -> Kept:
        """Return what takes the place of *store*."""
        return store

    def signer(self, signer: Kept) -> Kept:
        """Return what takes the place of *signer*."""
        return signer


def watched_session(inside: Inside) -> Scheme:
    """Return sessions in memory that nobody else uses, watched by *inside*."""
    manager = sessions.SessionManager(inside.store(SessionMemory()))
    return Scheme(
        "session-cookie-memory",
        "Server-side sessions in process memory, carried by a cookie.",
        manager,
        "cookie",
        "immediate",
        shared=False,
        title=session_title("cookie", "memory"),
        family=session_family(),
        strategy="delete",
        store="memory",
        verified_with="store",
    )


def watched_token(choice: Choice, inside: Inside) -> Scheme:
    """Return tokens as *choice* says, with families in memory, watched by *inside*."""
    store = inside.store(TokenMemory())
    denying = choice.strategy == "denylist"
    revocation = tokens.Denylist(store, ISSUER) if denying else tokens.Expiry()
    manager = tokens.TokenManager(
        _ring(choice.algorithm),
        store,
        revocation,
        issuer=ISSUER,
        audience=AUDIENCE,
        max_data_bytes=COOKIE_DATA_BYTES,
    )
    manager.signer = inside.signer(manager.signer)
    return Scheme(
        f"token-{choice.transport}-{choice.algorithm.lower()}-{choice.strategy}",
        f"Tokens signed with {choice.algorithm}.",
        manager,
        choice.transport,
        "immediate" if denying else "at-expiry",
        shared=False,
        kind="token",
        title=token_title(choice.transport, choice.algorithm, choice.strategy, None),
        family=token_family(choice.strategy),
        algorithm=choice.algorithm,
        strategy=choice.strategy,
        store="memory",
        verified_with="secret" if choice.algorithm == "HS256" else "public-key",
    )


def clocked(limits: Limits, now: Callable[[], float] = time.time) -> tuple[Mechanism, Mechanism]:
    """Return sessions and tokens under *limits*, both on the clock *now*."""
    session = sessions.SessionManager(
        SessionMemory(),
        sessions.Lifetimes(limits.inactivity, limits.absolute, limits.touch, limits.renewal),
        now=now,
    )
    token = tokens.TokenManager(
        _ring("HS256"),
        TokenMemory(),
        tokens.Expiry(),
        tokens.Lifetimes(limits.inactivity, limits.absolute, limits.access),
        issuer=ISSUER,
        audience=AUDIENCE,
        now=now,
    )
    return session, token


def _ring(algorithm: Algorithm) -> KeyRing:
    return KeyRing([tokens.Key.generate(tokens.Algorithm(algorithm))])
