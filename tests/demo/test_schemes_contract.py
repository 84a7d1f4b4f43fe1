"""The scheme contract, over every scheme that is installed."""

from __future__ import annotations

from pathlib import Path

import pytest
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
        tmp_path: Path,
    ) -> Scheme:
        urls = f"{services.redis_url} sqlite:///{tmp_path}/demo.sqlite"
        return build(request.param, Settings(store_url=urls, timing=True))
