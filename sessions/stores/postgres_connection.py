"""One connection to PostgreSQL that never waits past a deadline.

Speaks to libpq through `psycopg.pq`: a cursor costs more than the round trip on a fast network,
and offers no way to stop waiting for a server that hangs. The other half has the same file.
"""

from __future__ import annotations

import select
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from psycopg import OperationalError, pq
from psycopg.pq.abc import PGconn, PGresult

from . import forks
from .postgres_errors import NoAnswer, connection_lost, refusal

TIMEOUT_S = 1.5
"""How long an operation may take, connecting included, before it is an outage."""

STATEMENT_S = 1.2
"""When the server itself gives up a statement. Earlier than we do: it has answered then."""

Value = bytes | float | None
"""What a statement takes: bytes as they are, numbers as double precision, None as NULL."""

Row = tuple[bytes | None, ...]

_SYNCHRONOUS = """set_config('synchronous_commit', CASE current_setting('synchronous_commit')
    WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END"""

# For a connection of our own. Sequential scans off: every statement here has its index, and a
# plan that was made while the table was small must not read all of it once it is large.
_SETTINGS = f"""
SET statement_timeout = {STATEMENT_S * 1000:.0f};
SET idle_in_transaction_session_timeout = {TIMEOUT_S * 1000:.0f};
SET default_transaction_isolation = 'read committed';
SET enable_seqscan = off;
SELECT {_SYNCHRONOUS}, false)
"""

# Behind a pooler the next transaction is somebody else's: what is set ends with ours.
_BEGIN = f"""
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL statement_timeout = {STATEMENT_S * 1000:.0f};
SET LOCAL idle_in_transaction_session_timeout = {TIMEOUT_S * 1000:.0f};
SELECT {_SYNCHRONOUS}, true)
"""


class Connection:
    """Statements in, rows out; closed by the first thing that goes wrong.

    Statements name their tables as `{schema}.table`. On a connection of our own they are prepared
    when they are first used. Behind a pooler nothing is kept on the server between transactions.
    """

    def __init__(self, conninfo: str, schema: str) -> None:
        self.place: object = None
        self.idle_since = 0.0
        self.deadline = monotonic() + TIMEOUT_S
        self._forks = forks.count
        self._schema = schema
        self._is_open = True
        self._known: dict[str, bytes] = {}
        self._libpq = _connected(conninfo, self.deadline)
        self._poll = select.poll()
        self._poll.register(self._libpq.socket, select.POLLIN)
        self.is_pooled = True  # until the server has confirmed that it is the one we connected to
        number = self._libpq.backend_pid.to_bytes(4, signed=True)
        [(same,)] = rows(self.run("SELECT pg_backend_pid() = $1", number))
        if same == b"\x01":
            self.is_pooled = False
            self._known.clear()
            self.script(_SETTINGS)

    def usable(self) -> bool:
        """Return whether the next operation can have it, and start that operation's time."""
        # Nobody has asked anything: what is there to read now is a farewell. To look before a
        # write is sent is safe; to send it a second time would not be.
        if (
            not self._is_open
            or self._forks != forks.count
            or self._libpq.transaction_status != _IDLE
            or self._poll.poll(0)
        ):
            return False
        self.deadline = monotonic() + TIMEOUT_S
        return True

    def run(self, statement: str, *values: Value) -> PGresult:
        """Return the result of *statement*, its values in binary.

        One round trip, and one more where it is prepared.
        """
        libpq = self._libpq
        try:
            known = self._known.get(statement) or self._learn(statement)
            sent = [value if type(value) is bytes else _binary(value) for value in values]
            if self.is_pooled:
                libpq.send_query_params(known, sent, None, _BINARY[: len(sent)], 1)
            else:
                libpq.send_query_prepared(known, sent, _BINARY[: len(sent)], 1)
            return self._result()
        except BaseException:
            self.close()
            raise

    def run_alone(self, statement: str, *values: Value) -> PGresult:
        """Return the result of *statement*, which is a transaction of its own."""
        if not self.is_pooled or statement.startswith("SELECT"):
            return self.run(statement, *values)
        with self.transaction():
            return self.run(statement, *values)

    def script(self, statements: str) -> None:
        """Run several statements that take no values, in one round trip."""
        try:
            self._libpq.send_query(self._qualified(statements))
            self._result()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run the block so that all of it takes effect, or none.

        What the block raises rolls it back. The connection is usable afterwards if the server
        has confirmed that, and closed if not.
        """
        if self.is_pooled:
            self.script(_BEGIN)
        else:
            self.run("BEGIN")
        try:
            yield
        except BaseException:
            if self._is_open and self._libpq.transaction_status == _IN_TRANSACTION:
                self.run("ROLLBACK")
            raise
        self.run("COMMIT")

    def close(self) -> None:
        """Close it; the server rolls back an unfinished transaction."""
        self._is_open = False
        # To say goodbye from a fork would end the conversation of the parent.
        if self._forks == forks.count:
            self._libpq.finish()

    def _learn(self, statement: str) -> bytes:
        """Return what stands for *statement* on the wire: its name once prepared, or its text."""
        known = self._qualified(statement)
        if not self.is_pooled:
            name = b"s%d" % len(self._known)
            self._libpq.send_prepare(name, known)
            self._result()
            known = name
        self._known[statement] = known
        return known

    def _qualified(self, statement: str) -> bytes:
        return statement.replace("{schema}", quoted(self._schema)).encode()

    def _result(self) -> PGresult:
        """Return the last result of what was sent, or raise the first error."""
        if self._libpq.flush():
            self._flush()
        last = self._next()
        while (result := self._next()) is not None:
            if last is None or last.status not in _ERRORS:
                last = result
        if last is None:
            raise connection_lost("the connection to PostgreSQL is lost")
        if last.status in _ERRORS:
            raise refusal(last, self._schema)
        return last

    def _next(self) -> PGresult | None:
        libpq = self._libpq
        while libpq.is_busy():
            left_s = self.deadline - monotonic()
            if left_s <= 0 or not self._poll.poll(left_s * 1000):
                raise NoAnswer(_TOO_LATE)
            self._hear()
        return libpq.get_result()

    def _flush(self) -> None:
        self._poll.modify(self._libpq.socket, select.POLLIN | select.POLLOUT)
        while self._libpq.flush():
            _wait(self._poll, self.deadline)
            # The server may be saying something that it must be rid of before it listens.
            self._hear()
        self._poll.modify(self._libpq.socket, select.POLLIN)

    def _hear(self) -> None:
        try:
            self._libpq.consume_input()
        except OperationalError as exc:
            raise connection_lost(str(exc)) from None


def rows(result: PGresult) -> list[Row]:
    """Return the rows of *result*, each value in binary form."""
    columns = range(result.nfields)
    return [tuple(result.get_value(n, c) for c in columns) for n in range(result.ntuples)]


def instant(value: bytes | None) -> float:
    """Return a double precision value from its binary form."""
    (number,) = _DOUBLE.unpack(value or b"")
    return float(number)


def quoted(name: str) -> str:
    """Return *name* as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


_DOUBLE = struct.Struct("!d")
# As plain numbers, and made once: what is done for every value of every call adds up.
_BINARY = [int(pq.Format.BINARY)] * 16
_TOO_LATE = f"PostgreSQL did not answer within {TIMEOUT_S} s"
_ERRORS = (int(pq.ExecStatus.FATAL_ERROR), int(pq.ExecStatus.BAD_RESPONSE))
_IDLE = int(pq.TransactionStatus.IDLE)
_IN_TRANSACTION = int(pq.TransactionStatus.INTRANS)


def _binary(value: Value) -> bytes | None:
    return value if value is None or isinstance(value, bytes) else _DOUBLE.pack(value)


def _connected(conninfo: str, deadline: float) -> PGconn:
    libpq = pq.PGconn.connect_start(conninfo.encode())
    while True:
        status = libpq.connect_poll()
        if status == pq.PollingStatus.OK:
            break
        if status == pq.PollingStatus.FAILED:
            raise connection_lost(libpq.get_error_message())
        # The socket may be another one after each step: libpq tries address after address.
        poll = select.poll()
        reading = status == pq.PollingStatus.READING
        poll.register(libpq.socket, select.POLLIN if reading else select.POLLOUT)
        _wait(poll, deadline)
    libpq.nonblocking = 1
    return libpq


def _wait(poll: select.poll, deadline: float) -> None:
    left_s = deadline - monotonic()
    if left_s <= 0 or not poll.poll(left_s * 1000):
        raise NoAnswer(_TOO_LATE)
