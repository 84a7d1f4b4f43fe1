"""What a login takes in each store: gone when it is over, and the same each time."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from bench.payload.storing import StoreBytes, measure_store, with_database
from bench.services import Services

LOGINS = {"memory": 500, "sqlite": 500, "redis": 200, "postgres": 500}


@pytest.fixture(scope="module")
def servers() -> Iterator[Services]:
    """A Valkey and a PostgreSQL that nobody else writes to."""
    with Services(postgres=True) as running:
        yield running


def measured(servers: Services, scheme: str, logins: int) -> StoreBytes:
    """What *scheme* keeps; it keeps something."""
    found = measure_store(
        scheme,
        servers.redis_url,
        servers.keys_file,
        postgres_url=servers.postgres_url,
        logins=logins,
    )
    assert found is not None
    return found


@pytest.mark.parametrize("store", LOGINS)
def test_a_session_is_gone_from_every_store(servers: Services, store: str) -> None:
    """It takes some hundred bytes while it lives, and leaves none: less than one, in the mean."""
    found = measured(servers, f"session-cookie-{store}", LOGINS[store])
    assert 200 < found.per_session < 1000
    assert abs(found.per_revocation) < 1


@pytest.mark.parametrize("store", ["sqlite", "redis", "postgres"])
def test_a_denial_stays(servers: Services, store: str) -> None:
    """A denylist keeps what it denies until it would have expired; that is less than a login."""
    found = measured(servers, f"token-bearer-hs256-denylist-{store}", LOGINS[store])
    assert 50 < found.per_revocation < found.per_session


@pytest.mark.parametrize("store", LOGINS)
def test_the_mean_is_the_same_again(servers: Services, store: str) -> None:
    """To within one part in a hundred, whichever identifiers were drawn."""
    first, again = (measured(servers, f"session-cookie-{store}", LOGINS[store]) for _ in range(2))
    assert again.per_session == pytest.approx(first.per_session, rel=0.01)


def test_what_else_this_process_does_is_not_weighed(servers: Services) -> None:
    """Another thread that fills and empties the same memory all the time changes nothing."""
    alone = measured(servers, "session-cookie-memory", LOGINS["memory"])
    stopping = threading.Event()
    kept: list[bytes] = []

    def allocate() -> None:
        while not stopping.is_set():
            kept.append(bytes(10_000))
            if len(kept) > 1_000:
                kept.clear()

    thread = threading.Thread(target=allocate)
    thread.start()
    try:
        beside = measured(servers, "session-cookie-memory", LOGINS["memory"])
    finally:
        stopping.set()
        thread.join()
    assert beside.per_session == pytest.approx(alone.per_session, rel=0.01)
    assert beside.per_revocation < 1


def test_a_scheme_without_a_mechanism_keeps_nothing(servers: Services) -> None:
    """There is no figure for it, and no zero either."""
    assert measure_store("control", servers.redis_url, servers.keys_file) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://host:6379/0", "redis://host:6379/7"),
        ("redis://:secret@host:6379", "redis://:secret@host:6379/7"),
        ("redis://host?db=3&ssl_check=1", "redis://host/7?ssl_check=1"),
        ("unix:///run/valkey.sock?db=0", "unix:///run/valkey.sock?db=7"),
    ],
)
def test_a_url_names_another_database(url: str, expected: str) -> None:
    """Whatever way the URL names the one it has."""
    assert with_database(url, 7) == expected
