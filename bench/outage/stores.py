"""Stores of an experiment's own, which can be broken and mended without anybody else noticing."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit, urlunsplit

import psutil
import valkey

from ..processes.children import BenchError, Child, wait_until
from ..servers.postgres import Postgres
from ..servers.valkey import Valkey
from .relayed import Relayed

LOCKER = Path(__file__).with_name("locker.py")
EVICTION_LIMIT_S = 5.0
EVICTING = "volatile-lru"
"""What a managed Redis usually comes with: keys that have an end may go, sessions and denials
among them."""
LOCK_LIMIT_S = 10.0
FREEZE_LIMIT_S = 5.0


class Server(Protocol):
    """What Valkey and PostgreSQL are alike in, for those who break them."""

    @property
    def url(self) -> str: ...

    @property
    def port(self) -> int: ...

    @property
    def server(self) -> Child: ...

    def kill(self) -> None: ...

    def start(self, *, keep: bool = True) -> None: ...


class NetworkStore:
    """A store server behind a relay."""

    def __init__(self, server: Server, relay: Relayed) -> None:
        self.server = server
        self.relay = relay

    @property
    def url(self) -> str:
        """Where nodes find it: at the relay."""
        parts = urlsplit(self.server.url)
        netloc = parts.netloc.rpartition(":")[0]
        return urlunsplit(parts._replace(netloc=f"{netloc}:{self.relay.port}"))

    def freeze(self) -> None:
        """SIGSTOP to every process of it, and wait until that took effect."""
        self._signal(signal.SIGSTOP)
        main = psutil.Process(self.server.server.pid)
        deadline = time.monotonic() + FREEZE_LIMIT_S
        while main.status() != psutil.STATUS_STOPPED:
            if time.monotonic() > deadline:
                raise BenchError(f"{self.server.server.name} cannot be stopped with SIGSTOP")
            time.sleep(0.001)

    def thaw(self) -> None:
        """SIGCONT to every process of it; harmless if none is frozen."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(psutil.Error, ProcessLookupError):
            main = psutil.Process(self.server.server.pid)
            # The main one first: what it would start meanwhile is stopped with it.
            os.kill(main.pid, number)
            for child in main.children(recursive=True):
                os.kill(child.pid, number)


class Stores:
    """The stores of the wanted kinds; `with` starts and stops them."""

    def __init__(self, kinds: Collection[str], folder: Path, cores: Sequence[int] = ()) -> None:
        self._kinds = kinds
        self._folder = folder
        self._cores = cores
        self.network: dict[str, NetworkStore] = {}
        """`redis` and `postgres`, as far as they are wanted."""
        self._locker: Child | None = None

    @property
    def sqlite_path(self) -> Path:
        return self._folder / "store.sqlite"

    @property
    def urls(self) -> list[str]:
        """One for each kind, to be given to nodes."""
        urls = [store.url for store in self.network.values()]
        sqlite = f"sqlite://{quote(str(self.sqlite_path))}"
        return [*urls, sqlite] if "sqlite" in self._kinds else urls

    def lock(self) -> None:
        """Have another process hold the write lock of every SQLite file."""
        log = self._folder / "locker.log"
        log.unlink(missing_ok=True)
        command: list[str | Path] = [sys.executable, "-I", "-S", LOCKER, *self._files()]
        self._locker = Child("locker", command, log=log)
        wait_until(
            lambda: "locked" in log.read_text(errors="replace", encoding="utf-8"),
            self._locker,
            LOCK_LIMIT_S,
            "the lock of SQLite",
        )

    def unlock(self) -> None:
        """End that process; harmless if there is none."""
        if self._locker is not None:
            self._locker.kill()
            self._locker = None

    def evict(self) -> None:
        """Leave the Valkey no memory, and wait until nothing that may go is left."""
        with self._valkey() as client:
            client.config_set("maxmemory-policy", EVICTING)
            client.config_set("maxmemory", "1")
            deadline = time.monotonic() + EVICTION_LIMIT_S
            while any(found["expires"] for found in client.info("keyspace").values()):
                if time.monotonic() > deadline:
                    raise BenchError("the Valkey that was to evict its keys keeps some")
                time.sleep(0.01)

    def keep_all(self) -> None:
        """Restore the memory of the Valkey; what is gone stays gone."""
        with self._valkey() as client:
            client.config_set("maxmemory", "0")
            client.config_set("maxmemory-policy", "noeviction")

    def __enter__(self) -> Stores:
        with contextlib.ExitStack() as stack:
            stack.callback(self.unlock)
            if "redis" in self._kinds:
                self._add(stack, "redis", stack.enter_context(Valkey(self._folder, self._cores)))
            if "postgres" in self._kinds:
                server = stack.enter_context(Postgres(self._folder, self._cores))
                self._add(stack, "postgres", server)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _files(self) -> list[Path]:
        """Return the file that was given to nodes, and those that mounts have beside it."""
        beside = self.sqlite_path.parent.glob(f"{self.sqlite_path.stem}.*{self.sqlite_path.suffix}")
        return [self.sqlite_path, *sorted(beside)]

    def _add(self, stack: contextlib.ExitStack, kind: str, server: Server) -> None:
        relay = stack.enter_context(Relayed(kind, server.port, self._folder, self._cores))
        self.network[kind] = store = NetworkStore(server, relay)
        # A frozen process takes no signal to end but the last one.
        stack.callback(store.thaw)

    @contextlib.contextmanager
    def _valkey(self) -> Any:
        """A client that goes past the relay."""
        with contextlib.closing(valkey.Valkey.from_url(self.network["redis"].server.url)) as client:
            yield client
