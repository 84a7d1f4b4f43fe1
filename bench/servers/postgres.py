"""A PostgreSQL from its wheel, on a free port, in a temporary folder that goes with it."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import signal
import socket
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import psycopg

from ..processes.children import BenchError, Child, ChildDied, wait_until
from .postgres_wheel import launcher, private_folder, programs

START_TIMEOUT_S = 30.0
ATTEMPTS = 5

# Everything that makes a commit durable is left on, as it is by default: a revocation that was
# acknowledged must survive a crash. Connections: several nodes, each with one a thread and store.
POSTGRES_OPTIONS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "300",
    "log_min_messages": "warning",
}


class Postgres:
    """One server for one run; `with` starts and stops it.

    Listens on 127.0.0.1 for one role with a password of this run alone, so that it is reached
    the way the other servers are; the superuser is known only in its folder, which is private.
    """

    def __init__(
        self, folder: Path, cores: Sequence[int] = (), options: Mapping[str, str] | None = None
    ) -> None:
        """*folder* is for the log; the data is elsewhere, where the server's user may go."""
        self._options = {**POSTGRES_OPTIONS, **(options or {})}
        self._log = folder / "postgres.log"
        self._cores = cores
        self._password = secrets.token_urlsafe(16)
        self._stack = contextlib.ExitStack()
        self._port = 0

    @property
    def url(self) -> str:
        """For a role that owns its database and may do nothing else."""
        return f"postgresql://bench:{self._password}@127.0.0.1:{self._port}/bench"

    @property
    def port(self) -> int:
        return self._port

    @property
    def folder(self) -> Path:
        """Data and socket; nobody but the server's user and root may look."""
        return self._home

    @property
    def server(self) -> Child:
        return self._server

    def version(self) -> str:
        """The version of the server."""
        with psycopg.connect(self.url) as connection:
            number = connection.info.server_version
        return f"{number // 10000}.{number % 10000}"

    def options(self) -> dict[str, str]:
        """How the server is configured, for the record."""
        return dict(self._options)

    def kill(self) -> None:
        """End it as a crash would."""
        self._server.kill()

    def start(self, *, keep: bool = True) -> None:
        """Start it again after `kill`, at the same port; without its data unless *keep*."""
        if not keep:
            shutil.rmtree(self._data)
            self._initialise()
        self._server = self._serve(self._port)
        if not keep:
            self._admit()

    def __enter__(self) -> Postgres:
        with contextlib.ExitStack() as stack:
            self._home = private_folder()
            stack.callback(shutil.rmtree, self._home, ignore_errors=True)
            self._programs = programs(self._home)
            self._initialise()
            self._port, self._server = self._first_start()
            stack.callback(lambda: self._server.stop())
            self._admit()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _initialise(self) -> None:
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]
        quick = ["--no-sync", "--no-instructions"]
        child = self._child("initdb", *options, *quick, "-D", self._data, serves=False)
        with child:
            if child.wait(START_TIMEOUT_S) != 0:
                raise BenchError(f"PostgreSQL cannot be set up: {child.last_words(3)}")
        access = "local all all trust\nhost bench bench 127.0.0.1/32 scram-sha-256\n"
        # Written in place, so that the file stays its user's.
        (self._data / "pg_hba.conf").write_text(access, encoding="utf-8")

    def _first_start(self) -> tuple[int, Child]:
        for attempt in range(ATTEMPTS):
            port = _free_port()
            try:
                return port, self._serve(port)
            except ChildDied:
                # Somebody took the port between our look and its bind.
                words = self._log.read_text(errors="replace", encoding="utf-8")
                if "Address already in use" not in words or attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _serve(self, port: int) -> Child:
        options = {
            **self._options,
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": str(self._home),
            # The password is random enough as it is; stretching it slows down each connection.
            "scram_iterations": "1",
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        server = self._child("postgres", "-D", self._data, *settings)
        try:
            wait_until(partial(self._answers, port), server, START_TIMEOUT_S, "PostgreSQL")
        except BaseException:
            server.stop()
            raise
        return server

    def _admit(self) -> None:
        """Make the role and the database of the run."""
        with self._superuser(self._port) as connection:
            # Neither statement takes parameters; the password has no quote in it.
            connection.execute(f"CREATE ROLE bench LOGIN PASSWORD '{self._password}'".encode())
            connection.execute("CREATE DATABASE bench OWNER bench")

    def _answers(self, port: int) -> bool:
        try:
            with self._superuser(port):
                return True
        except psycopg.OperationalError:
            return False

    def _superuser(self, port: int) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self._home), port=port, user="postgres", dbname="postgres", autocommit=True
        )

    def _child(self, program: str, *arguments: str | Path, serves: bool = True) -> Child:
        # An immediate shutdown: its data is ours to throw away.
        end = signal.SIGQUIT
        return Child(
            "PostgreSQL",
            [*launcher(end), self._programs / program, *arguments],
            log=self._log,
            cores=self._cores,
            variables={"LC_ALL": "C", "TZ": "UTC"},
            stop_signal=end,
            serves=serves,
        )

    @property
    def _data(self) -> Path:
        return self._home / "data"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
