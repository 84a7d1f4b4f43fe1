"""One connection to PostgreSQL that never waits past a deadline.

Speaks to libpq through `psycopg.pq`: a cursor costs more than the round trip on a fast network,
and offers no way to stop waiting for a server that hangs. The other half has the same file.
"""

from __future__ import annotations

import os
import select
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import OperationalError, pq
from psycopg.errors import ReadOnlySqlTransaction, error_from_result
from psycopg.pq.abc import PGconn, PGresult

TIMEOUT_S = 1.5
"""How long an operation may take, connecting included, before it is an outage."""

OUTAGES: tuple[type[Exception], ...] = (OperationalError, ReadOnlySqlTransaction)
"""What is raised when the server cannot answer; read only is what a standby says to a write."""

Value = bytes | float | None
"""What a statement takes: bytes as they are, numbers as double precision, None as NULL."""

Row = tuple[bytes | None, ...]

# Sequential scans off: every statement here has its index, and a plan that was made while the
# table was small must not read all of it once it is large.
_SETTINGS = """
SELECT set_config('search_path', $1, false),
       set_config('statement_timeout', $2, false),
       set_config('idle_in_transaction_session_timeout', $2, false),
       set_config('default_transaction_isolation', 'read committed', false),
       set_config('enable_seqscan', 'off', false),
       set_config('synchronous_commit', CASE current_setting('synchronous_commit')
           WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)
"""


class Connection:
    """Statements in, rows out; closed by the first thing that goes wrong.

    Autocommit outside of `transaction`. Statements are prepared when they are first used.
    """

    def __init__(self, conninfo: str, schema: str) -> None:
        self.deadline = time.monotonic() + TIMEOUT_S
        self._process = os.getpid()
        self._prepared: dict[str, bytes] = {}
        self._libpq = _connected(conninfo, self.deadline)
        self._poll = select.poll()
        self._poll.register(self._libpq.socket, select.POLLIN)
        path, timeout = quoted(schema).encode(), b"%d" % (TIMEOUT_S * 1000)
        self.run(_SETTINGS, path, timeout)

    def usable(self) -> bool:
        """Whether it can be given to the next operation; starts that operation's time."""
        # After a fork two processes would share one conversation, and read each other's answers.
        if self._process != os.getpid() or self._libpq.status != pq.ConnStatus.OK:
            return False
        # Nobody has asked anything: what is there to read now is a farewell. To look before a
        # write is sent is safe; to send it a second time would not be.
        if self._poll.poll(0):
            return False
        self.deadline = time.monotonic() + TIMEOUT_S
        return True

    def run(self, statement: str, *values: Value) -> PGresult:
        """The result of *statement*, its values in binary; one round trip once it is prepared."""
        libpq = self._libpq
        try:
            name = self._prepared.get(statement)
            if name is None:
                name = b"s%d" % len(self._prepared)
                libpq.send_prepare(name, statement.encode())
                self._result()
                self._prepared[statement] = name
            sent = [_binary(value) for value in values]
            libpq.send_query_prepared(name, sent, [pq.Format.BINARY] * len(sent), pq.Format.BINARY)
            return self._result()
        except BaseException:
            self.close()
            raise

    def script(self, statements: str) -> None:
        """Run several statements that take no values."""
        try:
            self._libpq.send_query(statements.encode())
            self._result()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is run in the block happens, or none of it."""
        self.run("BEGIN")
        try:
            yield
        except BaseException:
            if self._libpq.status == pq.ConnStatus.OK:
                self.run("ROLLBACK")
            raise
        self.run("COMMIT")

    def close(self) -> None:
        """Let go; an unfinished transaction is rolled back by the server."""
        # To say goodbye from a fork would end the conversation of the parent.
        if self._process == os.getpid():
            self._libpq.finish()

    def _result(self) -> PGresult:
        libpq, last = self._libpq, None
        if libpq.flush():
            self._flush()
        while True:
            while libpq.is_busy():
                self._wait()
                libpq.consume_input()
            result = libpq.get_result()
            if result is None:
                break
            if last is None or last.status != pq.ExecStatus.FATAL_ERROR:
                last = result
        if last is None:
            raise OperationalError("the connection is lost")
        if last.status == pq.ExecStatus.FATAL_ERROR:
            raise error_from_result(last)
        return last

    def _flush(self) -> None:
        self._poll.modify(self._libpq.socket, select.POLLIN | select.POLLOUT)
        while self._libpq.flush():
            self._wait()
            # The server may be saying something that it must be rid of before it listens.
            self._libpq.consume_input()
        self._poll.modify(self._libpq.socket, select.POLLIN)

    def _wait(self) -> None:
        _wait(self._poll, self.deadline)


def rows(result: PGresult) -> list[Row]:
    """The rows of *result*, each value in binary form."""
    columns = range(result.nfields)
    return [tuple(result.get_value(n, c) for c in columns) for n in range(result.ntuples)]


def instant(value: bytes | None) -> float:
    """A double precision value from its binary form."""
    (number,) = _DOUBLE.unpack(value or b"")
    return float(number)


def quoted(name: str) -> str:
    """*name* as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


_DOUBLE = struct.Struct("!d")


def _binary(value: Value) -> bytes | None:
    return value if value is None or isinstance(value, bytes) else _DOUBLE.pack(value)


def _connected(conninfo: str, deadline: float) -> PGconn:
    libpq = pq.PGconn.connect_start(conninfo.encode())
    while True:
        status = libpq.connect_poll()
        if status == pq.PollingStatus.OK:
            break
        if status == pq.PollingStatus.FAILED:
            raise OperationalError(libpq.get_error_message())
        # The socket may be another one after each step: libpq tries address after address.
        poll = select.poll()
        reading = status == pq.PollingStatus.READING
        poll.register(libpq.socket, select.POLLIN if reading else select.POLLOUT)
        _wait(poll, deadline)
    libpq.nonblocking = 1
    return libpq


def _wait(poll: select.poll, deadline: float) -> None:
    left_s = deadline - time.monotonic()
    if left_s <= 0 or not poll.poll(left_s * 1000):
        raise OperationalError(f"PostgreSQL did not answer within {TIMEOUT_S} s")
