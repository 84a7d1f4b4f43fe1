"""The scheme contract, over every scheme that is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from valkey import Valkey

from bench.services import Services
from demo.auth import Scheme, Settings
from demo.schemes import build, names
from demo.testing import SchemeContract


def authenticating() -> list[str]:
    """Every installed scheme that asks who is calling."""
    return [name for name in names() if not name.startswith("control")]


class TestEveryScheme(SchemeContract):
    @pytest.fixture(params=authenticating())
    def scheme(
        self,
        request: pytest.FixtureRequest,
        services: Services,
        valkey_client: Valkey,
        postgres_url: str,
        tmp_path: Path,
    ) -> Iterator[Scheme]:
        urls = f"{services.redis_url} {postgres_url} sqlite:///{tmp_path}/demo.sqlite"
        with psycopg.connect(postgres_url) as connection:
            # The server is shared by the tests; each begins with nobody logged in.
            connection.execute(
                sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(request.param))
            )
        made = build(request.param, Settings(store_url=urls, timing=True))
        yield made
        made.close()
