"""The contract over real sockets, as far as HTTP goes: several schemes in one real process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from valkey import Valkey

from bench.services import Services
from demo.auth import Scheme, Settings
from demo.schemes import build
from demo.testing import (
    LoginPromises,
    LogoutPromises,
    NewVisitor,
    Visitor,
    WirePromises,
    over_sockets,
)

from .conftest import Served, start_demo, stop_demo

SCHEMES = ("session-cookie-redis", "token-cookie-hs256-expiry", "token-bearer-hs256-denylist-redis")


@pytest.fixture(scope="module")
def site(services: Services) -> Iterator[Served]:
    mounts = [word for name in SCHEMES for word in ("--scheme", name)]
    served = start_demo(*mounts, "--store-url", services.redis_url, "--node", "one")
    yield served
    stop_demo(served)


class TestOverSockets(LoginPromises, LogoutPromises, WirePromises):
    """Races and costs are looked at in this process, so there is nothing to send over sockets."""

    @pytest.fixture(params=SCHEMES)
    def scheme(
        self, request: pytest.FixtureRequest, services: Services, valkey_client: Valkey
    ) -> Iterator[Scheme]:
        """What the server was started with; built here only to know what it claims."""
        scheme = build(request.param, Settings(store_url=services.redis_url))
        yield scheme
        scheme.close()

    @pytest.fixture
    def visitor(self, scheme: Scheme, site: Served) -> NewVisitor:
        prefix = f"/s/{scheme.name}"
        send = over_sockets(site.base + prefix)
        return lambda agent="visitor": Visitor(send, prefix, agent)
