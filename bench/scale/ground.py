"""Stores for the scale experiment alone: filled, measured, emptied; nobody else's are touched."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import valkey

from ..servers.postgres import Postgres
from ..servers.valkey import Valkey

PLACES = 16
"""How many databases a Valkey has."""

# A million logins in an append-only file would be rewritten in mid-run, which is noise of the
# disk's. What is measured here are reads, and how revoke_all grows; not what durability costs.
SETTINGS = {"appendonly": "no"}


class Ground:
    """Several empty places, each with a store of every kind."""

    def __init__(self, folder: Path, cores: Sequence[int]) -> None:
        self._folder = folder / "scale"
        self._cores = cores
        self._postgres: dict[int, Postgres] = {}
        self._stack = contextlib.ExitStack()

    def urls(self, places: int, store: str) -> list[list[str]]:
        """Store URLs of the first *places* places, with a PostgreSQL where *store* is one."""
        return [self._urls(place, store) for place in range(places)]

    def clear(self) -> None:
        """Empty every place.

        The Valkey is a new one, at the same port: one that had been told to forget ten million
        logins answered no INFO for half a minute.
        """
        self._valkey.kill()
        self._valkey.start(keep=False)
        self._set_up()
        for path in self._folder.glob("place-*"):
            path.unlink()
        self._end_postgres()

    def _set_up(self) -> None:
        with contextlib.closing(valkey.Valkey.from_url(self._valkey.url)) as client:
            for name, value in SETTINGS.items():
                client.config_set(name, value)

    def _end_postgres(self) -> None:
        for server in self._postgres.values():
            server.__exit__()
        self._postgres.clear()

    def _urls(self, place: int, store: str) -> list[str]:
        assert place < PLACES, "a Valkey has no more databases"
        file = self._folder / f"place-{place}.sqlite"
        urls = [f"redis://127.0.0.1:{self._valkey.port}/{place}", f"sqlite://{quote(str(file))}"]
        if store == "postgres":
            if place not in self._postgres:
                folder = self._folder / f"postgres-{place}"
                folder.mkdir(exist_ok=True)
                self._postgres[place] = Postgres(folder, self._cores).__enter__()
            urls.append(self._postgres[place].url)
        return urls

    def __enter__(self) -> Ground:
        self._folder.mkdir()
        with contextlib.ExitStack() as stack:
            stack.callback(shutil.rmtree, self._folder, ignore_errors=True)
            stack.callback(self._end_postgres)
            self._valkey = stack.enter_context(Valkey(self._folder, self._cores))
            self._set_up()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._stack.close()
