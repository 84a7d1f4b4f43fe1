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
from psycopg.errors import ReadOnlySqlTransaction, error_from_result
from psycopg.pq.abc import PGconn, PGresult

from . import forks

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
        self.deadline = monotonic() + TIMEOUT_S
        self._forks = forks.count
        self._is_open = True
        self._prepared: dict[str, bytes] = {}
        self._libpq = _connected(conninfo, self.deadline)
        self._poll = select.poll()
        self._poll.register(self._libpq.socket, select.POLLIN)
        path, timeout = quoted(schema).encode(), b"%d" % (TIMEOUT_S * 1000)
        self.run(_SETTINGS, path, timeout)

    def usable(self) -> bool:
        """Whether it can be given to the next operation; starts that operation's time."""
        # Nobody has asked anything: what is there to read now is a farewell. To look before a
        # write is sent is safe; to send it a second time would not be.
        if not self._is_open or self._forks != forks.count or self._poll.poll(0):
            return False
        self.deadline = monotonic() + TIMEOUT_S
        return True

    def run(self, statement: str, *values: Value) -> PGresult:
        """The result of *statement*, its values in binary; one round trip once it is prepared."""
        libpq = self._libpq
        try:
            name = self._prepared.get(statement) or self._prepare(statement)
            sent = [value if type(value) is bytes else _binary(value) for value in values]
            libpq.send_query_prepared(name, sent, _BINARY[: len(sent)], 1)
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
            if self._is_open:
                self.run("ROLLBACK")
            raise
        self.run("COMMIT")

    def close(self) -> None:
        """Let go; an unfinished transaction is rolled back by the server."""
        self._is_open = False
        # To say goodbye from a fork would end the conversation of the parent.
        if self._forks == forks.count:
            self._libpq.finish()

    def _prepare(self, statement: str) -> bytes:
        name = b"s%d" % len(self._prepared)
        self._libpq.send_prepare(name, statement.encode())
        self._result()
        self._prepared[statement] = name
        return name

    def _result(self) -> PGresult:
        """The last result of what was sent, or the first that is an error."""
        if self._libpq.flush():
            self._flush()
        last = self._next()
        while (result := self._next()) is not None:
            if last is None or last.status != _FATAL:
                last = result
        if last is None:
            raise OperationalError("the connection is lost")
        if last.status == _FATAL:
            raise error_from_result(last)
        return last

    def _next(self) -> PGresult | None:
        libpq = self._libpq
        while libpq.is_busy():
            left_s = self.deadline - monotonic()
            if left_s <= 0 or not self._poll.poll(left_s * 1000):
                raise OperationalError(_TOO_LATE)
            libpq.consume_input()
        return libpq.get_result()

    def _flush(self) -> None:
        self._poll.modify(self._libpq.socket, select.POLLIN | select.POLLOUT)
        while self._libpq.flush():
            _wait(self._poll, self.deadline)
            # The server may be saying something that it must be rid of before it listens.
            self._libpq.consume_input()
        self._poll.modify(self._libpq.socket, select.POLLIN)


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
# As plain numbers, and made once: what is done for every value of every call adds up.
_BINARY = [int(pq.Format.BINARY)] * 16
_TOO_LATE = f"PostgreSQL did not answer within {TIMEOUT_S} s"
_FATAL = int(pq.ExecStatus.FATAL_ERROR)


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
    left_s = deadline - monotonic()
    if left_s <= 0 or not poll.poll(left_s * 1000):
        raise OperationalError(_TOO_LATE)
