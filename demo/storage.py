"""Where schemes keep their state: clients and files from the store URLs in the settings."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from valkey import Valkey

from .auth import Settings

Transport = Literal["cookie", "bearer", "url", "form"]
CARRIED = {
    "cookie": "a cookie",
    "bearer": "the Authorization header",
    "url": "the address (for teaching)",
    "form": "a hidden form field (for teaching)",
}
STORES = {
    "memory": "process memory",
    "sqlite": "an SQLite file",
    "redis": "Valkey",
    "postgres": "PostgreSQL",
}
"""How people call what schemes and store URLs name."""

STORE_TIMEOUT_S = 1.5
"""A store that does not answer by then is an outage: the app answers 503 within two seconds."""


class NeedsStore(ValueError):
    """A scheme keeps its state in a kind of store that the settings do not name."""

    def __init__(self, name: str, kind: str, remedy: str) -> None:
        super().__init__(f"{name} keeps its state in {remedy}")
        self.kind = kind
        """`redis`, `sqlite` or `postgres`."""


def has_redis(settings: Settings) -> bool:
    """Whether a Valkey or Redis was given."""
    return bool(_urls(settings, _is_redis))


def has_sqlite(settings: Settings) -> bool:
    """Whether an SQLite file was given."""
    return bool(_urls(settings, _is_sqlite))


def has_postgres(settings: Settings) -> bool:
    """Whether a PostgreSQL was given."""
    return bool(_urls(settings, _is_postgres))


def best(settings: Settings) -> str:
    """The best store of those given, for what must be kept somewhere; else memory."""
    if has_redis(settings):
        return "redis"
    if has_postgres(settings):
        return "postgres"
    return "sqlite" if has_sqlite(settings) else "memory"


def redis_client(name: str, settings: Settings) -> Valkey:
    """A client of the first Valkey or Redis given; ValueError with the remedy if none is."""
    urls = _urls(settings, _is_redis)
    if not urls:
        raise NeedsStore(
            name,
            "redis",
            "Valkey or Redis: give --store-url redis://host:port, or "
            f"let 'make demo SCHEME={name}' start one",
        )
    client: Any = Valkey.from_url(
        urls[0], socket_timeout=STORE_TIMEOUT_S, socket_connect_timeout=STORE_TIMEOUT_S
    )
    return client  # type: ignore[no-any-return]


def namespace(name: str, settings: Settings) -> str:
    """Return what keeps the scheme *name* apart from others in one store."""
    return settings.mount or name


def sqlite_path(name: str, settings: Settings) -> Path:
    """
    Return the first SQLite file given; ValueError with the remedy if none is, or it cannot be.

    On a site each mount has a file of its own beside it: `store.sqlite` is `store.<mount>.sqlite`.
    """
    urls = _urls(settings, _is_sqlite)
    if not urls:
        raise NeedsStore(
            name,
            "sqlite",
            "an SQLite file: give --store-url sqlite:///path, or let "
            f"'make demo SCHEME={name}' make one",
        )
    path = Path(unquote(urls[0].removeprefix("sqlite://")))
    if settings.mount:
        path = path.with_name(f"{path.stem}.{settings.mount}{path.suffix}")
    _check_path(path)
    return path


def postgres_url(name: str, settings: Settings) -> str:
    """The first PostgreSQL given; ValueError with the remedy if none is, or no driver for it."""
    urls = _urls(settings, _is_postgres)
    if not urls:
        raise NeedsStore(
            name,
            "postgres",
            "PostgreSQL: give --store-url postgresql://user@host/name, "
            f"or let 'make demo SCHEME={name}' start one",
        )
    if find_spec("psycopg") is None:
        raise ValueError(f"{name} needs psycopg: pip install 'sessions-or-tokens[postgres]'")
    return urls[0]


def _check_path(path: Path) -> None:
    if not path.parent.is_dir():
        raise ValueError(f"there is no folder {path.parent}: make it, or name another --store-url")
    if path.is_dir():
        raise ValueError(f"{path} is a folder: name a file in it with --store-url")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise ValueError(f"{path} cannot be written: name another --store-url")


def check_urls(settings: Settings) -> None:
    """Raise ValueError with the remedy if one of the store URLs is none."""
    for url in (settings.store_url or "").split():
        shown = url.partition("://")[0]
        if not (_is_redis(url) or _is_postgres(url) or _is_sqlite(url)):
            raise ValueError(
                f"--store-url {shown}: there are redis://host:port/db, unix:///path, "
                "postgresql://user@host/name and sqlite:///path"
            )
        try:
            _ = urlsplit(url).port
        except ValueError as exc:
            raise ValueError(f"--store-url {shown}://...: {exc}; give host:port") from exc


def _urls(settings: Settings, accepts: Callable[[str], bool]) -> list[str]:
    return [url for url in (settings.store_url or "").split() if accepts(url)]


def _is_redis(url: str) -> bool:
    return url.startswith(("redis://", "rediss://", "valkey://", "valkeys://", "unix://"))


def _is_postgres(url: str) -> bool:
    return url.startswith(("postgres://", "postgresql://"))


def _is_sqlite(url: str) -> bool:
    return url.startswith("sqlite:///")
