"""PostgreSQL as people run it: roles without rights, other encodings, wrong addresses.

Either it works, or one line says what to do; what the server says is never a rejection.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import psycopg
import pytest

import sessions.testing as s
import tokens.testing as t
from bench.servers.postgres import Postgres
from sessions.stores.postgres import PostgresStore as SessionStore
from tokens.stores.postgres import PostgresStore as TokenStore

KINDS: dict[str, Any] = {"sessions": SessionStore, "tokens": TokenStore}
GRANTS = """
GRANT USAGE ON SCHEMA {schema} TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role};
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """One of our own, for roles and databases of every sort."""
    with Postgres(tmp_path_factory.mktemp("refusals"), options={"fsync": "off"}) as running:
        yield running


@pytest.fixture
def admin(server: Postgres) -> Iterator[psycopg.Connection]:
    """The superuser of the database."""
    with psycopg.connect(by_socket(server, "postgres"), autocommit=True) as connection:
        yield connection


@pytest.fixture(params=["sessions", "tokens"])
def kind(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


def by_socket(server: Postgres, user: str, database: str = "bench") -> str:
    """A connection string for the server's Unix socket, where everybody is believed."""
    return f"host={server.folder} port={server.port} user={user} dbname={database}"


def a_role(admin: psycopg.Connection) -> str:
    """A new role that may do nothing."""
    name = f"role_{token_hex(4)}"
    admin.execute(f"CREATE ROLE {name} LOGIN".encode())
    return name


def look(store: Any) -> None:
    """Read."""
    if isinstance(store, SessionStore):
        assert store.read(s.a_key()) is None
        assert list(store.list_subject("nobody")) == []
    else:
        assert store.is_denied("nobody") is False
        assert store.standing("nobody", "none") == (False, None)
        store.denied_since(None)


def use(store: Any) -> None:
    """Do all that a store does."""
    look(store)
    if isinstance(store, SessionStore):
        key, new_key = s.a_key(), s.a_key()
        store.create(key, s.a_record(), s.LATER)
        assert store.touch(key, s.NOW + 1, s.LATER)
        assert store.merge(key, {"a": b"1"}, 100)
        assert store.replace(key, new_key, s.a_record(), s.LATER)
        assert store.delete_subject("alice") == 1
        store.reap(s.NOW)
    else:
        token, record = t.a_key(), t.a_record()
        store.create(token, record, t.LATER)
        store.replace(record.handle, token, t.a_key(), b"n", t.NOW, t.LATER, t.GRACE_SINCE)
        store.deny([f"denied-{token_hex(4)}"], t.LATER)
        store.advance("counter", 1, 1, t.LATER)
        line = store.listen()
        assert line is not None
        line.close()
        assert list(store.delete_subject("alice")) == [record.handle]
        store.reap(t.NOW)


def refused(store: Any, call: Any = use) -> str:
    """The one line that the server's refusal is told in, an outage."""
    with pytest.raises(store.outages) as caught:
        call(store)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_role_without_any_right_is_told_what_it_needs(
    server: Postgres, admin: psycopg.Connection, kind: str
) -> None:
    """With the tables there and without; again and again, and well once it is granted."""
    role, schema = a_role(admin), f"of {token_hex(4)}"
    store = KINDS[kind](by_socket(server, role), schema)
    for _ in range(3):
        message = refused(store)
        assert "permission denied for database bench" in message
        assert "use this store once; then grant" in message
    KINDS[kind](by_socket(server, "bench"), schema).ping()
    for _ in range(3):
        assert "permission denied for schema" in refused(store)
    grants = GRANTS.format(schema=f'"{schema}"', role=role)
    admin.execute(grants.encode())
    use(store)
    store.close()


def test_a_role_that_may_only_read_reads(
    server: Postgres, admin: psycopg.Connection, kind: str
) -> None:
    """Its writes are outages with the remedy, and its reads go on."""
    role, schema = a_role(admin), f"of_{token_hex(4)}"
    KINDS[kind](by_socket(server, "bench"), schema).ping()
    grants = f"GRANT USAGE ON SCHEMA {schema} TO {role}; "
    grants += f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}"
    admin.execute(grants.encode())
    store = KINDS[kind](by_socket(server, role), schema)
    for _ in range(3):
        look(store)
        assert "permission denied for table" in (message := refused(store))
        assert "grant this role" in message
    store.close()


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1", "UTF8"])
def test_every_encoding_of_the_database_is_fine(
    encoding: str, server: Postgres, admin: psycopg.Connection, kind: str
) -> None:
    """Names of any characters, and a schema with an accent that each can spell."""
    name = f"db_{token_hex(4)}"
    admin.execute(
        f"CREATE DATABASE {name} OWNER bench ENCODING '{encoding}' TEMPLATE template0 "
        "LC_COLLATE 'C' LC_CTYPE 'C'".encode()
    )
    store = KINDS[kind](by_socket(server, "bench", name), "café")
    use(store)
    subject = "Ωmega 漢字 \x00 🔑"
    if isinstance(store, SessionStore):
        store.create(s.a_key(), s.a_record(subject=subject), s.LATER)
    else:
        store.create(t.a_key(), t.a_record(subject=subject), t.LATER)
    assert [record.subject for record in store.list_subject(subject)] == [subject]
    store.close()


def test_a_schema_that_the_database_cannot_spell_is_an_outage_with_the_remedy(
    server: Postgres, admin: psycopg.Connection, kind: str
) -> None:
    """And no other one is made in its place."""
    name = f"db_{token_hex(4)}"
    admin.execute(
        f"CREATE DATABASE {name} OWNER bench ENCODING 'LATIN1' TEMPLATE template0 "
        "LC_COLLATE 'C' LC_CTYPE 'C'".encode()
    )
    store = KINDS[kind](by_socket(server, "bench", name), "漢字")
    assert "name a schema that the encoding of this database can spell" in refused(store)
    store.close()


def test_what_is_wrong_with_an_address_is_said_in_one_line(server: Postgres, kind: str) -> None:
    """Password, database and role; nothing of a password is repeated."""
    for conninfo, said, remedy in (
        (server.url.replace("bench:", "bench:s3cret"), "password", "check the user"),
        (by_socket(server, "bench", "none"), 'database "none" does not exist', "create it"),
        (by_socket(server, "nobody"), 'role "nobody" does not exist', "create it"),
    ):
        store = KINDS[kind](conninfo)
        message = refused(store)
        assert said in message
        assert remedy in message
        assert "s3cret" not in message


@pytest.mark.parametrize(
    "conninfo",
    ["postgresql://[::1]:1/bench", "host=::1 port=1", "postgresql:///bench?host=/nowhere"],
)
def test_addresses_of_every_kind_are_taken(conninfo: str, kind: str) -> None:
    """IPv6 and sockets; nobody is there, which is an outage in one line."""
    assert "failed" in refused(KINDS[kind](conninfo))


@pytest.mark.parametrize(
    "conninfo", [None, 5432, b"dbname=bench", Path("/run/postgresql"), ["host=a"], {"host": "a"}]
)
def test_a_connection_string_is_a_str(conninfo: Any, kind: str) -> None:
    """Not a connection, a path or a URL object of another library."""
    with pytest.raises(TypeError, match=r"must be a str such as 'postgresql://.*, not"):
        KINDS[kind](conninfo)


def test_a_connection_is_no_connection_string(server: Postgres, kind: str) -> None:
    """It would belong to two owners."""
    connection: Any = psycopg.connect(server.url)
    with pytest.raises(TypeError, match="not Connection"):
        KINDS[kind](connection)
    connection.close()


@pytest.mark.parametrize(
    "conninfo",
    [
        "postgresql+psycopg://ada:s3cret@host/bench",
        "ada:s3cret@host",
        "redis://:s3cret@host",
        "postgresql://ada:s3cret@host:port/bench",
        "postgresql://ada:s3cret/x@host/bench",
        "postgresql://ada:x@s3cret@host/bench",
        "host=a password=s3cret colour=red",
        "host=a password=s3cret\0",
        "host=a password=s3cret\udc80",
    ],
)
def test_what_is_no_connection_string_is_refused_at_once(conninfo: str, kind: str) -> None:
    """Before anything is connected; the password in it is not repeated."""
    with pytest.raises(ValueError, match="connection string") as caught:
        KINDS[kind](conninfo)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert "s3cret" not in str(caught.value.__context__ or "")


@pytest.mark.parametrize("schema", [None, 5, b"sessions", Path("sessions"), ("a", "b")])
def test_a_schema_is_a_str(schema: Any, kind: str) -> None:
    """Or the remedy is said at construction."""
    with pytest.raises(TypeError, match="schema must be a str, not"):
        KINDS[kind]("host=/nowhere", schema)


@pytest.mark.parametrize("schema", ["", "x" * 64, "é" * 32, "a\0b", "pg_sessions", "a\udc80"])
def test_a_schema_that_cannot_be_made_is_refused(schema: str, kind: str) -> None:
    """PostgreSQL cuts long names in silence, ends others at a NUL, and keeps pg_ for itself."""
    with pytest.raises(ValueError, match="schema"):
        KINDS[kind]("host=/nowhere", schema)


@pytest.mark.parametrize("variable", ["PGOPTIONS", "PGCLIENTENCODING"])
def test_variables_of_libpq_change_nothing(
    variable: str, server: Postgres, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the surroundings set for other programs."""
    monkeypatch.setenv(
        variable, {"PGOPTIONS": "-c search_path=none", "PGCLIENTENCODING": "LATIN1"}[variable]
    )
    store = KINDS[kind](server.url, f"é {token_hex(4)}")
    use(store)
    store.close()
    assert os.environ[variable]
