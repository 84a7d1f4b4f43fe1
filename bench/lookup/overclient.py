"""Checks that ask PostgreSQL, beside the call of its client that most people would write.

The floor of the hot loop is libpq's own call, which nothing in Python is below. Over Valkey the
floor is a call of its Python client; this is the same for PostgreSQL: a prepared SELECT by one
cursor of psycopg, on a connection that does nothing else.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from demo.auth import Scheme, Settings
from demo.schemes import build

from ..processes.children import BenchError
from .turns import in_turns

EXPIRY = "token-bearer-hs256-expiry"
SESSION = "session-cookie-postgres"
POSTGRES = (
    SESSION,
    "token-bearer-hs256-denylist-postgres",
    "token-bearer-hs256-generation-postgres",
)
POOL = 1_000


def over_client(name: str, url: str, keys_file: Path, calls: int) -> dict[str, float]:
    """
    What a check of the scheme *name* takes, of a token what it takes on top of its signature.

    With it the client's own call, both as medians in microseconds.
    """
    settings = Settings(store_url=url, keys_file=keys_file)
    with (
        contextlib.closing(build(name, settings)) as scheme,
        contextlib.closing(build(EXPIRY, settings)) as plain,
        psycopg.connect(url, autocommit=True) as connection,
    ):
        verify, signature = _verify(scheme), _verify(plain)
        pool = [_issue(scheme, number) for number in range(POOL)]
        connection.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(scheme.place)))
        connection.execute("SET enable_seqscan = off")
        ask = _asks(connection.cursor(binary=True), scheme, pool)
        # Half the pool away: the row that was just looked up would be at hand.
        others = [*pool[POOL // 2 :], *pool[: POOL // 2]]
        found = in_turns(verify, pool, ask, others, calls)
        if scheme.kind == "session":
            return found
        both = in_turns(verify, pool, signature, others, calls)
        return found | {"us": both["us"] - both["other_us"]}


def _asks(cursor: Any, scheme: Scheme, pool: Sequence[str]) -> Callable[[str], object]:
    """What the check looks up for one of *pool*, by the client."""

    def asked(query: str, *values: object) -> Any:
        return cursor.execute(query, values, prepare=True).fetchone()

    places = {credential: place for place, credential in enumerate(pool)}
    if scheme.kind == "session":
        keys = {each: sha256(each.encode()).digest() for each in pool}
        query = "SELECT head, seen_at, data FROM sessions WHERE key = %s"
        if asked(query, keys[pool[0]]) is None:
            raise BenchError(f"no session of {scheme.name} is where its client would look for it")
        return lambda credential: asked(query, keys[credential])
    if scheme.strategy == "denylist":
        query = "SELECT 1 FROM denials WHERE name = %s"
        return lambda credential: asked(query, f"call-{places[credential]}")
    query = (
        "SELECT EXISTS (SELECT FROM denials WHERE name = %s), "
        "(SELECT value FROM counters WHERE name = %s)"
    )
    names = cursor.execute("SELECT name FROM counters LIMIT 1000").fetchall()
    counters = [bytes(found).decode() if isinstance(found, bytes) else found for (found,) in names]
    if not counters or asked(query, "call-0", counters[0])[1] is None:
        raise BenchError(f"no counter of {scheme.name} is where its client would look for it")

    def standing(credential: str) -> object:
        place = places[credential]
        return asked(query, f"call-{place}", counters[place % len(counters)])

    return standing


def _verify(scheme: Scheme) -> Callable[[str], object]:
    assert scheme.mechanism is not None, "none of these is a control"
    return scheme.mechanism.verify


def _issue(scheme: Scheme, number: int) -> str:
    assert scheme.mechanism is not None, "none of these is a control"
    return scheme.mechanism.issue(f"caller-{number}").credential
