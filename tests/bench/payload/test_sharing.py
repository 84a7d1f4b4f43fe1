"""Many users on one connection, and credentials that outgrow the table."""

from __future__ import annotations

import pytest

from bench.payload.compression import Field, block_bytes
from bench.payload.sharing import cliff_bytes, shared_bytes

SECRET = "aB3_" * 80
BEARER = ("authorization", f"Bearer {SECRET}")
COOKIE = ("cookie", f"session={SECRET}")


def asked(carried: Field) -> list[Field]:
    return [(":method", "GET"), (":path", "/"), ("user-agent", "bench/1"), carried]


def test_one_user_costs_what_a_connection_of_their_own_costs() -> None:
    """A byte for each field, with the credential among them."""
    alone = block_bytes("chromium", asked(BEARER), 3)[-1]
    assert shared_bytes("chromium", asked(BEARER), SECRET, 1) == alone


def test_more_users_than_the_table_holds_cost_their_credentials_in_full() -> None:
    """Ten of 320 characters fit, a thousand do not: nine requests in ten carry all again."""
    first = block_bytes("chromium", asked(COOKIE), 1)[0]
    found = [shared_bytes("chromium", asked(COOKIE), SECRET, users) for users in (1, 10, 100, 1000)]
    assert found == sorted(found)
    assert found[1] < 10
    assert found[2] > 0.8 * first
    assert found[3] > 0.95 * first - 10


def test_who_never_indexes_a_credential_has_nothing_to_lose() -> None:
    """nghttp2 sends a bearer token in full to begin with, for one user or a thousand."""
    found = [shared_bytes("nghttp2", asked(BEARER), SECRET, users) for users in (1, 10, 1000)]
    assert max(found) - min(found) < 1
    assert cliff_bytes("nghttp2", asked(BEARER), SECRET) is None


def test_it_is_the_same_every_time() -> None:
    """The order of users is drawn from a seed that no run changes."""
    assert shared_bytes("chromium", asked(COOKIE), SECRET, 100) == 225.412


@pytest.mark.parametrize(
    ("policy", "carried", "expected"),
    [
        # The table, less 32 bytes and the name for each entry, less the other two fields.
        ("chromium", BEARER, 4096 - 2 * 32 - len("authorizationBearer user-agentbench/1")),
        ("chromium", COOKIE, 4096 - 2 * 32 - len("cookiesession=user-agentbench/1")),
        ("nghttp2", COOKIE, 3072 - 32 - len("cookiesession=")),
        ("python-h2", COOKIE, 4096 - 2 * 32 - len("cookiesession=user-agentbench/1")),
    ],
)
def test_the_cliff_is_where_the_table_ends(policy: str, carried: Field, expected: int) -> None:
    """A byte beside its edge, thousands beyond."""
    cliff = cliff_bytes(policy, asked(carried), SECRET)
    assert cliff == expected
    name, value = carried
    for size, cheap in ((expected, True), (expected + 1, False)):
        grown = (name, value.replace(SECRET, "x" * size))
        assert (block_bytes(policy, asked(grown), 3)[-1] < 10) == cheap
