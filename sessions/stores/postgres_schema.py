"""The tables of sessions in PostgreSQL, made and brought up to date on first use.

Subjects and handles are bytes: text in PostgreSQL cannot hold a NUL, and equality of names must
not depend on a collation. The index by subject is a hash: it bounds no name's length.

History of the schema:
    1  first
"""

from __future__ import annotations

from .postgres_connection import Connection, rows
from .postgres_errors import NewerSchema

# A new version is appended; what was released is never changed.
MIGRATIONS = (
    """
    CREATE TABLE sessions (
        key        bytea PRIMARY KEY,
        subject    bytea,
        handle     bytea NOT NULL,
        seen_at    double precision NOT NULL,
        expires_at double precision NOT NULL,
        head       bytea NOT NULL,
        data       bytea NOT NULL
    );
    CREATE INDEX sessions_subject ON sessions USING hash (subject);
    CREATE INDEX sessions_expires_at ON sessions (expires_at);
    """,
)

# Any number that is always the same: nodes that start at once take turns on it.
_TURN = b"sessions"


def migrate(connection: Connection, schema: str) -> None:
    """Bring *schema* to the newest version, whoever else is about to.

    `NewerSchema` if it is newer than this code: an old node must not write to it.
    """
    if _version(connection, schema) == len(MIGRATIONS):
        return
    with connection.transaction():
        connection.run("SELECT pg_advisory_xact_lock($1)", _TURN)
        version = _version(connection, schema)
        if version > len(MIGRATIONS):
            raise NewerSchema(
                f"schema {schema!r} is at version {version} and this code knows "
                f"{len(MIGRATIONS)}: upgrade this node, or name another schema"
            )
        if version == 0:
            _make(connection, schema)
        # Temporary tables last: somebody else's, left behind a pooler, would come first otherwise.
        connection.script("SET LOCAL search_path = {schema}, pg_temp")
        for number, statements in enumerate(MIGRATIONS[version:], version + 1):
            connection.script(statements)
            connection.run("INSERT INTO {schema}.schema_version VALUES ($1)", number.to_bytes(4))


def _make(connection: Connection, schema: str) -> None:
    # IF NOT EXISTS asks for the right to make one even where there is nothing to make.
    known = connection.run("SELECT FROM pg_namespace WHERE nspname = $1", schema.encode())
    if not known.ntuples:
        connection.script("CREATE SCHEMA {schema}")
    connection.script("CREATE TABLE {schema}.schema_version (version integer PRIMARY KEY)")


def _version(connection: Connection, schema: str) -> int:
    """Return the version that *schema* is at; 0 if it is not there."""
    # Ask the catalogue itself. to_regclass may answer from a cache that does not know yet what
    # another node has just committed; information_schema hides tables that this role may not read.
    there = (
        "SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace "
        "WHERE nspname = $1 AND relname = 'schema_version'"
    )
    if not connection.run(there, schema.encode()).ntuples:
        return 0
    [(version,)] = rows(connection.run("SELECT max(version) FROM {schema}.schema_version"))
    return int.from_bytes(version or b"")
