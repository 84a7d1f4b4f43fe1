"""The scheme contract: whole over a selection that covers every part, and in short over the rest.

The grid has a hundred schemes made of a dozen parts. What the contract finds, it finds in a part
or where two meet, so it runs whole over schemes that have every transport, algorithm, strategy
and store among them; of the others it is asked whether they let in, keep and let out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from valkey import Valkey

from bench.services import Services
from demo.app import create_app
from demo.auth import Scheme, Settings
from demo.schemes import build, every_name
from demo.testing import PAIRS, Pair, SchemeContract, Visitor, over_wsgi
from tests.race_explorer import THOROUGH

COVERING = (
    "session-cookie-memory",
    "session-cookie-sqlite",
    "session-cookie-redis",
    "session-cookie-redis-cached",
    "session-cookie-postgres",
    "session-bearer-redis",
    "session-url-redis",
    "session-form-memory",
    "token-cookie-hs256-expiry",
    "token-cookie-eddsa-denylist-redis",
    "token-bearer-es256-denylist-redis",
    "token-bearer-rs256-expiry",
    "token-bearer-ps256-generation-redis",
    "token-bearer-hs256-denylist-sqlite",
    "token-bearer-hs256-denylist-postgres",
    "token-bearer-hs256-snapshot-redis",
    "token-bearer-hs256-pushed-redis",
    "token-bearer-hs256-statuslist-redis",
    "token-bearer-hs256-filter-redis",
    "token-url-hs256-denylist-redis",
    "token-form-hs256-expiry",
)
EVERY_PAIR = {
    "session-cookie-redis",
    "session-cookie-sqlite",
    "token-cookie-hs256-expiry",
    "token-bearer-es256-denylist-redis",
}
REST = [name for name in every_name() if name not in COVERING and not name.startswith("control")]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """RSA keys take their time to make: once is enough."""
    return tmp_path_factory.mktemp("keys") / "keys.json"


@pytest.fixture
def settings(
    services: Services, valkey_client: Valkey, postgres_url: str, tmp_path: Path, keys: Path
) -> Settings:
    urls = f"{services.redis_url} {postgres_url} sqlite:///{tmp_path}/demo.sqlite"
    return Settings(store_url=urls, keys_file=keys, timing=True)


def built(name: str, settings: Settings, postgres_url: str) -> Scheme:
    """The scheme, with nobody logged in: the server is shared by the tests."""
    if "postgres" in name:
        with psycopg.connect(postgres_url) as connection:
            connection.execute(
                sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name))
            )
    return build(name, settings)


class TestEveryPart(SchemeContract):
    @pytest.fixture(params=COVERING)
    def scheme(
        self, request: pytest.FixtureRequest, settings: Settings, postgres_url: str
    ) -> Iterator[Scheme]:
        made = built(request.param, settings, postgres_url)
        yield made
        made.close()

    @pytest.fixture
    def pairs(self, scheme: Scheme) -> Sequence[Pair]:
        """All pairs where mechanism and strategy differ most, and a part of them elsewhere."""
        if THOROUGH or scheme.name in EVERY_PAIR:
            return PAIRS
        return PAIRS[COVERING.index(scheme.name) % 5 :: 5]


def test_the_selection_has_every_part() -> None:
    """A new transport, algorithm, strategy or store cannot go without the whole contract."""
    parts = {part for name in REST for part in name.split("-")}
    assert parts <= {part for name in COVERING for part in name.split("-")}
    assert set(COVERING) <= set(every_name())


@pytest.mark.parametrize("name", REST)
def test_every_other_scheme_lets_in_keeps_and_lets_out(
    name: str, settings: Settings, postgres_url: str
) -> None:
    """A visitor's cart survives the login, and the logout does and says what is claimed."""
    scheme = built(name, settings, postgres_url)
    alice = Visitor(over_wsgi(create_app(scheme)))
    alice.post("/cart", {"item": "tea", "quantity": 2})
    assert alice.log_in().status == 200
    assert alice.get("/me").json["subject"] == "alice"
    assert alice.get("/cart").json["items"] == {"tea": 2}
    thief = alice.copy()
    said = alice.post("/logout").json["revocation"]
    assert said["strength"] == scheme.strength
    if scheme.strength == "immediate":
        assert thief.get("/me").status == 401
    elif scheme.strength == "within":
        assert said["within_seconds"] <= scheme.bound_s
    scheme.close()
