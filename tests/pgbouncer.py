"""A real PgBouncer in transaction mode in front of a real PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from bench.processes.children import Child, ChildDied, wait_until
from bench.servers.postgres_wheel import launcher, private_folder

START_TIMEOUT_S = 15.0

CONFIG = """
[databases]
* = host={host} port={port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own_port}
unix_socket_dir = {folder}
auth_type = plain
auth_file = {folder}/users.txt
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 500
"""


class PgBouncer:
    """Hands out *size* connections to the server of *url*, transaction by transaction."""

    def __init__(self, url: str, size: int = 20) -> None:
        self._size = size
        self._server = urlsplit(url)
        self._port = 0

    @property
    def url(self) -> str:
        """The same user and database, by way of the pooler."""
        where = f"{self._server.username}:{self._server.password}@127.0.0.1:{self._port}"
        return f"postgresql://{where}{self._server.path}"

    def __enter__(self) -> PgBouncer:
        with contextlib.ExitStack() as stack:
            folder = private_folder()
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            child = self._start(folder)
            stack.callback(child.stop)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _start(self, folder: Path) -> Child:
        users = folder / "users.txt"
        users.write_text(f'"{self._server.username}" "{self._server.password}"\n')
        for _ in range(5):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self._port = probe.getsockname()[1]
            config = folder / "pgbouncer.ini"
            config.write_text(
                CONFIG.format(
                    host=self._server.hostname,
                    port=self._server.port,
                    own_port=self._port,
                    folder=folder,
                    size=self._size,
                )
            )
            end = signal.SIGTERM
            command = [*launcher(end), _program(), str(config)]
            child = Child("PgBouncer", command, log=folder / "pgbouncer.log", stop_signal=end)
            try:
                wait_until(partial(self._answers), child, START_TIMEOUT_S, "PgBouncer")
            except ChildDied:  # somebody took the port between our look and its bind
                child.stop()
            else:
                return child
        raise AssertionError("PgBouncer does not start")

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url, prepare_threshold=None):
                return True
        except psycopg.OperationalError:
            return False


@contextlib.contextmanager
def a_pooler(url: str, size: int = 20) -> Iterator[PgBouncer]:
    """A pooler that ends with the block; without its program the test is skipped, but in CI."""
    if not _program():
        reason = "no pgbouncer on the path: apt-get install pgbouncer"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    with PgBouncer(url, size) as running:
        yield running


def _program() -> str:
    # Debian puts it where only root's path leads.
    return shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin") or ""
