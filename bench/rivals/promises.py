"""The promise grid: every scheme, ours and theirs, against every promise of the HTTP contract.

`python -m bench.rivals` runs it and writes what it found (see grid.py). It needs pytest, whose
assertions the contract is written in.
"""

from __future__ import annotations

import inspect
import tempfile
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import psycopg
import pytest
import valkey
from psycopg import sql

from demo.auth import Scheme, Settings
from demo.schemes import build
from demo.testing import SchemeContract

from ..services import Services
from .claims import claims_not

Kept = Literal["kept", "broken", "does not claim", "does not apply"]


@dataclass(frozen=True)
class Outcome:
    """What became of one promise under one scheme."""

    outcome: Kept
    why: str = ""
    """What was seen where it is broken; the reason where nothing is claimed."""


def promises() -> dict[str, str]:
    """Every promise by its name, in words."""
    return {
        name: f"{_in_words(name)}: {' '.join((inspect.getdoc(test) or '').split())}"
        for kind in SchemeContract.__bases__
        for name, test in vars(kind).items()
        if name.startswith("test_")
    }


def _in_words(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ").capitalize()


def hold(
    scheme_name: str,
    promise: str,
    services: Services,
    replaced: Mapping[str, Any] = MappingProxyType({}),
) -> Outcome:
    """Hold a new scheme in empty stores to one promise, with fixtures *replaced* by values."""
    with tempfile.TemporaryDirectory(prefix="promise-") as folder:
        _empty(scheme_name, services)
        urls = [url for url in services.store_urls if not url.startswith("sqlite:")]
        settings = Settings(
            store_url=" ".join([*urls, f"sqlite:///{folder}/store.sqlite"]),
            keys_file=Path(folder) / "keys.json",
            timing=True,
        )
        scheme = build(scheme_name, settings)
        try:
            if reason := claims_not(scheme).get(promise):
                return Outcome("does not claim", reason)
            return _judged(scheme, promise, replaced)
        finally:
            scheme.close()


def _judged(scheme: Scheme, promise: str, replaced: Mapping[str, Any]) -> Outcome:
    contract: Any = SchemeContract()
    try:
        with _fixtures(contract, promise, {**replaced, "scheme": scheme}) as arguments:
            getattr(contract, promise)(**arguments)
    except pytest.skip.Exception as exc:
        return Outcome("does not apply", str(exc))
    except Exception as exc:
        where = traceback.extract_tb(exc.__traceback__)[-1]
        said = (str(exc).splitlines() or [""])[0]
        return Outcome("broken", f"{where.line}" + (f" ({said})" if said else ""))
    return Outcome("kept")


class _fixtures:  # noqa: N801 - reads as a verb in a with statement
    """The contract's own fixtures, as pytest would make them for one promise."""

    def __init__(self, contract: Any, promise: str, made: dict[str, Any]) -> None:
        self._contract = contract
        self._made = made
        self._open: list[Iterator[Any]] = []
        self._wanted = list(inspect.signature(getattr(contract, promise)).parameters)

    def __enter__(self) -> Mapping[str, Any]:
        return {name: self._make(name) for name in self._wanted}

    def __exit__(self, *_: object) -> None:
        for generator in reversed(self._open):
            next(generator, None)

    def _make(self, name: str) -> Any:
        if name not in self._made:
            function = getattr(SchemeContract, name).__wrapped__
            needs = list(inspect.signature(function).parameters)[1:]
            made = function(self._contract, *(self._make(need) for need in needs))
            if inspect.isgeneratorfunction(function):
                self._open.append(made)
                made = next(made)
            self._made[name] = made
        return self._made[name]


def _empty(scheme_name: str, services: Services) -> None:
    client: Any = valkey.Valkey.from_url(services.redis_url)
    client.flushdb()
    client.close()
    if services.postgres_url:
        with psycopg.connect(services.postgres_url) as connection:
            name = sql.Identifier(scheme_name)
            connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(name))
