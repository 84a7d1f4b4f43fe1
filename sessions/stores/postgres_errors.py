"""What PostgreSQL says when it does not do what it was asked, in one line with the remedy.

The other half has the same file.

Error tree:
    psycopg.Error             what the server or the way to it says; all of them are outages
        OperationalError
            NoAnswer          it did not answer in time
            NewerSchema       the tables were made by a newer version of this code
"""

from __future__ import annotations

from psycopg import Error, OperationalError
from psycopg.errors import error_from_result
from psycopg.pq import DiagnosticField
from psycopg.pq.abc import PGresult

OUTAGES: tuple[type[Exception], ...] = (Error,)
"""What is raised when the server cannot answer, or refuses to."""


class NoAnswer(OperationalError):
    """The server did not answer in time."""


class NewerSchema(OperationalError, ValueError):
    """The tables are newer than this code, which must not write to them."""


_ONLY_READS = (
    "this server only reads: connect to the primary, for example with "
    "target_session_attrs=read-write in the connection string"
)
# By SQLSTATE, as the manual of PostgreSQL lists them in appendix A.
_REMEDIES = {
    "25006": _ONLY_READS,
    "55000": _ONLY_READS,
    "42501": (
        "let a role that may create schema {schema} use this store once; then grant this role "
        "USAGE on the schema and its sequences, and SELECT, INSERT, UPDATE, DELETE on its tables"
    ),
    "22P05": "name a schema that the encoding of this database can spell, or use UTF8",
}
# Why a connection was refused has no code in libpq.
_REFUSALS = {
    "password": "check the user and the password in the connection string",
    "does not exist": "create it, or name another one in the connection string",
    "startup parameter": "a pooler refuses `options`: set them with ALTER ROLE ... SET instead",
}


def refusal(result: PGresult, schema: str) -> Error:
    """Return the exception for *result*, an error that the server reported."""
    error = error_from_result(result)
    said = result.error_field(DiagnosticField.MESSAGE_PRIMARY)
    message = str(error) if said is None else said.decode(errors="replace")
    remedy = _REMEDIES.get(error.sqlstate or "", "").format(schema=repr(schema))
    return type(error)(_line(message, remedy), info=result)


def connection_lost(message: str) -> OperationalError:
    """Return the exception for a connection that was refused, or ended, with *message*."""
    remedy = next((_REFUSALS[part] for part in _REFUSALS if part in message), "")
    return OperationalError(_line(message, remedy))


def _line(message: str, remedy: str) -> str:
    said = " ".join(message.split())
    return f"{said}: {remedy}" if remedy else said
