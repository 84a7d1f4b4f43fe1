"""Conversations with Valkey or Redis: each complete, or its connection is closed.

An answer that was asked for and not read would be the next caller's, and another user's session
(the class of CVE-2023-28859). The other half has the same file.
"""

from __future__ import annotations

import contextlib
import select
from collections.abc import Callable, Sequence
from functools import cache
from hashlib import sha1
from itertools import count
from typing import TYPE_CHECKING, Any

from . import forks
from .pool import MAX_CONNECTIONS, Pool
from .redis_client import Origin, origin

if TYPE_CHECKING:
    from .redis_client import Client

# Error codes that are about the command. Any other one says that this is not the server to ask.
_OF_THE_COMMAND = ("BUSY", "MISCONF", "NOREPLICAS", "WRONGTYPE")
_numbers = count()
_RIGHTS = "the docstring of RedisStore lists what its user must be allowed"


class Connection:
    """One connection of the client's library, connected when it is made."""

    def __init__(self, origin: Origin) -> None:
        self.place: object = None
        self.idle_since = 0.0
        self.number = next(_numbers)  # no two of a process have the same
        self.errors = origin.errors
        self._forks = forks.count
        self.connection = origin.connection()
        self.connection.connect()
        poll = select.poll()
        poll.register(self.connection._sock, select.POLLIN)
        self._look = poll.poll

    @property
    def is_open(self) -> bool:
        """Whether it is open, and of this process."""
        return self._forks == forks.count and self.connection._sock is not None

    def usable(self) -> bool:
        """Return whether the next conversation can begin."""
        # Nobody has asked anything: what is there to read now is a farewell. To look before a
        # write is sent is safe; to send it a second time would not be.
        return self._forks == forks.count and not self._look(0)

    def ask(self, command: bytes) -> Any:
        """Return the answer to *command*, which is `packed`; raise it if it is an error."""
        connection = self.connection
        connection.send_packed_command((command,), False)
        try:
            return connection.read_response()
        except self.errors.ResponseError as exc:
            raise self._explained(exc) from None

    def run(self, script: str, keys: Sequence[bytes], arguments: Sequence[bytes]) -> Any:
        """Return what *script* returns; one round trip if the server knows it, else two."""
        rest = (b"%d" % len(keys), *keys, *arguments)
        try:
            return self.ask(packed(b"EVALSHA", _digest(script), *rest))
        except self.errors.NoScriptError:
            return self.ask(packed(b"EVAL", script.encode(), *rest))

    def close(self) -> None:
        """Close it, whatever state it is in. A forked child does so without a farewell."""
        with contextlib.suppress(Exception):
            self.connection.disconnect()

    __del__ = close

    def _explained(self, exc: Exception) -> Exception:
        """Return *exc*, with the remedy where the server's settings are the reason."""
        text = str(exc)
        if text.lower().startswith("unknown command"):
            # The rest of the text quotes the arguments, which are none of a log's business.
            name = text.partition(",")[0]
            return self.errors.ResponseError(f"{name}; {_RIGHTS}")  # type: ignore[no-any-return]
        if isinstance(exc, self.errors.NoPermissionError) or "ACL failure" in text:
            return self.errors.NoPermissionError(f"{text}; {_RIGHTS}")  # type: ignore[no-any-return]
        return exc


class Connections(Pool[Connection]):
    """The connections of one store, made as those of *client*. *greet* is told each new one."""

    def __init__(
        self, client: Client, greet: Callable[[Connection], None] = lambda _: None
    ) -> None:
        made = self.origin = origin(client)

        # Knows nothing of this object: what refers to itself is closed by the collector, later.
        def connect() -> Connection:
            connection = Connection(made)
            greet(connection)
            return connection

        self.open = connect
        """Return a new connection, which is not counted."""
        self.errors = errors = made.errors
        self.outages: tuple[type[Exception], ...] = (
            errors.ConnectionError,
            errors.TimeoutError,
            errors.ResponseError,
            errors.InvalidResponse,
        )
        super().__init__(
            connect,
            is_silence=lambda exc: isinstance(exc, errors.TimeoutError),
            refuse=errors.ConnectionError,
            max_connections=min(MAX_CONNECTIONS, made.max_connections),
        )

    def read(self, command: bytes) -> Any:
        """Return the answer to *command*, which is `packed` and changes nothing.

        If the connection breaks, it is sent again, once, on another one. No write ever is.
        """
        connection = self.take()
        try:
            answer = connection.ask(command)
        except self.errors.ConnectionError as exc:
            self.drop(connection, exc)
        except BaseException as exc:
            self.drop(connection, exc)
            raise
        else:
            self.give(connection)
            return answer
        with self.connection() as connection:
            return connection.ask(command)

    def run(self, script: str, keys: Sequence[bytes], arguments: Sequence[bytes]) -> Any:
        """Return what *script* returns."""
        with self.connection() as connection:
            return connection.run(script, keys, arguments)

    def drop(self, connection: Connection, exc: BaseException) -> None:
        """End the conversation with *exc*; keep the connection if it was the server's answer."""
        if self._is_about_command(exc):
            self.give(connection)
            return
        super().drop(connection, exc)
        if isinstance(exc, (self.errors.ConnectionError, self.errors.ResponseError)):
            # Demoted, loading, restarted: the other connections lead to the same server.
            self.close()

    def _is_about_command(self, exc: BaseException) -> bool:
        """Return whether *exc* is an answer of the right server, such as one whose memory is full.

        To close a connection for each of those would use up the ports of this machine.
        """
        if isinstance(exc, (self.errors.OutOfMemoryError, self.errors.NoPermissionError)):
            return True
        code = str(exc).partition(" ")[0]
        return type(exc) is self.errors.ResponseError and (
            not code.isupper() or code in _OF_THE_COMMAND
        )


def packed(*parts: bytes) -> bytes:
    """Return the command *parts* as it is sent."""
    lengths = [b"$%d\r\n%b\r\n" % (len(part), part) for part in parts]
    return b"*%d\r\n%b" % (len(lengths), b"".join(lengths))


@cache
def _digest(script: str) -> bytes:
    return sha1(script.encode(), usedforsecurity=False).hexdigest().encode()
