"""PostgreSQL, interrupted at every point: nobody gets somebody else's answer, and nothing is lost.

Every operation of both halves, on a connection that is there and on one that must be made.
"""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from secrets import token_hex

import psycopg
import pytest

import sessions.testing as s
import tokens.testing as t
from sessions import DataTooLarge
from sessions.stores.postgres import PostgresStore as SessionStore
from tokens.stores.postgres import PostgresStore as TokenStore

from .interrupting import every_point
from .pgbouncer import a_pooler

BUSY = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'interrupted'"
LOCKS = "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) "
LOCKS += "WHERE application_name = 'interrupted' AND locktype IN ('transactionid', 'advisory')"


def too_large(store: SessionStore, key: bytes) -> None:
    """A change that is rolled back."""
    with suppress(DataTooLarge):
        store.merge(key, {"cart": b"x" * 100}, 10)


def renewed(store: SessionStore) -> None:
    """A session that moves."""
    key = s.a_key()
    store.create(key, s.a_record(subject="moves"), s.LATER)
    store.replace(key, s.a_key(), s.a_record(subject="moves"), s.LATER)


def rotated(store: TokenStore) -> None:
    """A refresh token that is spent."""
    key, record = t.a_key(), t.a_record(subject="moves")
    store.create(key, record, t.LATER)
    store.replace(record.handle, key, t.a_key(), b"nonce", t.NOW, t.LATER, t.GRACE_SINCE)


def listened(store: TokenStore) -> None:
    """A line that is opened, asked and closed."""
    line = store.listen()
    assert line is not None
    line.confirm()
    line.wait(0)
    line.close()


SESSIONS: dict[str, Callable[[SessionStore, bytes], object]] = {
    "read": lambda store, key: store.read(key),
    "touch": lambda store, key: store.touch(key, s.NOW + 1, s.LATER),
    "merge": lambda store, key: store.merge(key, {"cart": b"1"}, 1000),
    "merge too much": too_large,
    "create and replace": lambda store, _: renewed(store),
    "delete": lambda store, _: store.delete(s.a_key()),
    "delete_handle": lambda store, _: store.delete_handle("nobody", "handle"),
    "delete_subject": lambda store, _: store.delete_subject("moves"),
    "list_subject": lambda store, _: store.list_subject("alice"),
    "reap": lambda store, _: store.reap(s.NOW),
    "ping": lambda store, _: store.ping(),
}
TOKENS: dict[str, Callable[[TokenStore, bytes, str], object]] = {
    "read": lambda store, key, handle: store.read(handle, key),
    "merge": lambda store, _, handle: store.merge(handle, b"cart", t.NOW - 1),
    "create and replace": lambda store, *_: rotated(store),
    "delete": lambda store, *_: store.delete("handle"),
    "delete_handle": lambda store, *_: store.delete_handle("nobody", "handle"),
    "delete_subject": lambda store, *_: store.delete_subject("moves"),
    "list_subject": lambda store, *_: store.list_subject("alice"),
    "deny": lambda store, *_: store.deny(["family", "other"], t.LATER),
    "is_denied": lambda store, *_: store.is_denied("denied"),
    "denied_since": lambda store, *_: store.denied_since(None, 1),
    "listen": lambda store, *_: listened(store),
    "advance": lambda store, *_: store.advance("counter", 1, 0, t.LATER),
    "standing": lambda store, *_: store.standing("family", "counter"),
    "reap": lambda store, *_: store.reap(t.NOW),
}


def points_of(operations: Iterable[str], *whole: str) -> list[tuple[str, bool]]:
    """Every operation line by line, and *whole*, which the others go through, by instruction."""
    return [*((name, False) for name in operations), *((name, True) for name in whole)]


@pytest.fixture(autouse=True, scope="module")
def swept() -> None:
    """Collect what tests before have left: a collection in here would blame these for it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def where(postgres_url: str) -> Iterator[tuple[str, str]]:
    """A connection string by which our connections are known, and a schema that is dropped."""
    schema = f"interrupted {token_hex(4)}"
    yield f"{postgres_url}?application_name=interrupted", schema
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'.encode())


@pytest.fixture
def beside(postgres_url: str) -> Iterator[psycopg.Connection]:
    """A client that looks on."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        yield connection


def settled(beside: psycopg.Connection) -> bool:
    """Return whether at most one connection is left, and it holds no lock."""
    # An interruption while another exception was handled refers to itself: it takes a collection.
    gc.collect()
    for _ in range(2000):
        open_now, locks = (beside.execute(each.encode()).fetchone() for each in (BUSY, LOCKS))
        if open_now in ((0,), (1,)) and locks == (0,):
            return True
    return False


@pytest.mark.parametrize(("name", "opcodes"), points_of(SESSIONS, "read", "merge"))
def test_a_session_store_interrupted_anywhere_goes_on(
    name: str, opcodes: bool, where: tuple[str, str], beside: psycopg.Connection
) -> None:
    """The next call of any kind has its own answer, and can write."""
    store = SessionStore(*where)
    ada, eve = s.a_key(), s.a_key()
    for key, subject in ((ada, "ada"), (eve, "eve")):
        store.create(key, s.a_record(subject=subject), s.LATER)
    points = 0
    for at in every_point(
        lambda: SESSIONS[name](store, ada),
        "sessions.stores",
        "contextlib",
        opcodes=opcodes,
        stride=7 if opcodes else 3,
    ):
        points += 1
        for key, subject in ((eve, "eve"), (ada, "ada")):
            record = store.read(key)
            assert record is not None, at
            assert record.subject == subject, at
        assert store.touch(eve, s.NOW + points, s.LATER) is True, at
        assert points % 10 or settled(beside), at
    assert points > 5
    assert settled(beside)
    store.close()


@pytest.mark.parametrize(("name", "opcodes"), points_of(TOKENS, "is_denied", "deny", "listen"))
def test_a_token_store_interrupted_anywhere_goes_on(
    name: str, opcodes: bool, where: tuple[str, str], beside: psycopg.Connection
) -> None:
    """The next call of any kind has its own answer, and can write."""
    store = TokenStore(*where)
    key, record = t.a_key(), t.a_record(subject="ada")
    store.create(key, record, t.LATER)
    store.deny(["denied"], t.LATER)
    points = 0
    for at in every_point(
        lambda: TOKENS[name](store, key, record.handle),
        "tokens.stores",
        "contextlib",
        opcodes=opcodes,
        stride=7 if opcodes else 3,
    ):
        points += 1
        assert store.is_denied("denied") is True, at
        assert store.is_denied("never") is False, at
        read = store.read(record.handle, key)
        assert read is not None, at
        assert read.subject == "ada", at
        assert store.advance("points", 1, 1, t.LATER) == points, at
        assert points % 10 or settled(beside), at
    assert points > 5
    assert settled(beside)
    store.close()


def test_interrupted_while_connecting_nothing_is_left(
    where: tuple[str, str], beside: psycopg.Connection
) -> None:
    """No connection stays open, and the next one is whole."""
    SessionStore(*where).ping()
    points = 0
    for at in every_point(lambda: SessionStore(*where).ping(), "sessions.stores", stride=17):
        points += 1
        assert points % 10 or settled(beside), at
    assert points > 6
    assert settled(beside)


def test_interrupted_while_the_tables_are_made_they_are_made_whole(
    where: tuple[str, str], beside: psycopg.Connection
) -> None:
    """All of them or none: the next node goes on from either."""
    url, schema = where
    points = 0
    for at in every_point(lambda: SessionStore(url, schema).ping(), "sessions.stores.postgres_sch"):
        points += 1
        store = SessionStore(url, schema)
        assert store.read(s.a_key()) is None, at
        store.close()
        beside.execute(f'DROP SCHEMA "{schema}" CASCADE'.encode())
    assert points > 10
    assert settled(beside)


@pytest.mark.parametrize("name", ["touch", "merge", "merge too much", "create and replace"])
def test_interrupted_behind_a_pooler_a_session_store_goes_on(
    name: str, where: tuple[str, str], beside: psycopg.Connection
) -> None:
    """The pooler has two connections of the server: none is left in somebody's transaction."""
    with a_pooler(where[0].partition("?")[0], size=2) as pooler:
        store = SessionStore(f"{pooler.url}?application_name=interrupted", where[1])
        ada, eve = s.a_key(), s.a_key()
        for key, subject in ((ada, "ada"), (eve, "eve")):
            store.create(key, s.a_record(subject=subject), s.LATER)
        points = 0
        for at in every_point(lambda: SESSIONS[name](store, ada), "sessions.stores"):
            points += 1
            record = store.read(eve)
            assert record is not None, at
            assert record.subject == "eve", at
            assert store.touch(ada, s.NOW + points, s.LATER) is True, at
        assert points > 5
        store.close()


@pytest.mark.parametrize("name", ["merge", "create and replace", "deny", "advance"])
def test_interrupted_behind_a_pooler_a_token_store_goes_on(
    name: str, where: tuple[str, str], beside: psycopg.Connection
) -> None:
    """The pooler has two connections of the server: none is left in somebody's transaction."""
    with a_pooler(where[0].partition("?")[0], size=2) as pooler:
        store = TokenStore(f"{pooler.url}?application_name=interrupted", where[1])
        key, record = t.a_key(), t.a_record(subject="ada")
        store.create(key, record, t.LATER)
        points = 0
        for at in every_point(lambda: TOKENS[name](store, key, record.handle), "tokens.stores"):
            points += 1
            read = store.read(record.handle, key)
            assert read is not None, at
            assert read.subject == "ada", at
            assert store.is_denied("never") is False, at
            assert store.advance("points", 1, 1, t.LATER) == points, at
        assert points > 5
        store.close()
