"""A store that is filled with copies is one that the mechanism could have filled itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import valkey

from bench.scale.filling import Filler, copies_of, deny
from bench.scale.logins import Pattern, subject_of
from bench.services import Services
from demo.auth import Scheme, Settings
from demo.schemes import build

AHEAD_S = 60
POPULATION = 60
SCHEMES = (
    "session-cookie-memory",
    "session-cookie-sqlite",
    "session-cookie-redis",
    "session-cookie-postgres",
    "token-bearer-hs256-denylist-sqlite",
    "token-bearer-hs256-denylist-redis",
    "token-bearer-hs256-denylist-postgres",
    "token-bearer-hs256-generation-redis",
)
DENYING = (
    *SCHEMES[4:7],
    "token-bearer-hs256-snapshot-redis",
    "token-bearer-hs256-statuslist-redis",
)


@pytest.fixture
def urls(services: Services, postgres_url: str, tmp_path: Path) -> Iterator[list[str]]:
    """Stores that nobody else uses: a database, a file, and schemas that are dropped."""
    redis = services.redis_url.removesuffix("/0") + "/9"
    client: Any = valkey.Valkey.from_url(redis)
    client.flushdb()
    yield [redis, f"sqlite://{tmp_path / 'store.sqlite'}", postgres_url]
    client.flushdb()
    client.close()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for name in SCHEMES:
            connection.execute(f'DROP SCHEMA IF EXISTS "{name}" CASCADE'.encode())


@pytest.fixture
def settings(urls: list[str], tmp_path: Path) -> Settings:
    return Settings(store_url=" ".join(urls), keys_file=tmp_path / "keys.json")


def _frozen(scheme: Scheme) -> Any:
    """The mechanism of *scheme*, whose time stands still: two logins differ by chance alone."""
    mechanism: Any = scheme.mechanism
    at = time.time() + AHEAD_S
    for part in (mechanism, *vars(mechanism).values()):
        if hasattr(part, "_now"):
            part._now = lambda: at
    return mechanism


@pytest.mark.parametrize("name", SCHEMES)
def test_a_copy_is_what_the_mechanism_writes(
    name: str, urls: list[str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One login written under the name of another is, byte for byte, that other one."""
    monkeypatch.setattr("secrets.randbelow", lambda _: 7)  # a generation begins at random
    scheme = build(name, settings)
    mechanism = _frozen(scheme)
    one, other = (Pattern(subject_of(n), mechanism.issue(subject_of(n))) for n in range(2))
    copied, written = copies_of(scheme, urls, one), copies_of(scheme, urls, other)
    assert copied.written(other.marks()) == written.written(other.marks())
    assert copied.written(one.marks()) != written.written(other.marks())
    copied.close()
    written.close()
    scheme.close()


@pytest.mark.parametrize("name", SCHEMES)
def test_a_filled_store_is_in_use(name: str, urls: list[str], settings: Settings) -> None:
    """Those to be looked up are let in; the copies are logins that their owners can end."""
    scheme = build(name, settings)
    mechanism: Any = scheme.mechanism
    filler = Filler(scheme, urls)
    issued = filler.fill(POPULATION, 8)
    filler.fill_subject("leaver-000000001", 5)
    filler.close()
    assert len(issued) == 8
    assert all(mechanism.verify(each).subject == issued[each] for each in issued)
    numbers = [len(mechanism.entries(subject_of(n))) for n in range(POPULATION)]
    assert numbers == [1] * POPULATION
    assert mechanism.entries(subject_of(POPULATION)) == []
    (copy,) = mechanism.entries(subject_of(POPULATION - 1))
    assert mechanism.revoke_entry(copy.subject, copy.handle) is not None
    assert len(mechanism.entries("leaver-000000001")) == 5
    mechanism.revoke_all("leaver-000000001")
    assert mechanism.entries("leaver-000000001") == []
    scheme.close()


def test_those_looked_up_are_among_the_others(urls: list[str], settings: Settings) -> None:
    """Not the first and not the last: a login is looked up wherever it may be."""
    scheme = build("session-cookie-sqlite", settings)
    issued = Filler(scheme, urls).fill(1_000, 20)
    numbers = sorted(int(subject.partition("-")[2]) for subject in issued.values())
    assert all(abs(number - 50 * place) <= 50 for place, number in enumerate(numbers))
    scheme.close()


@pytest.mark.parametrize("name", DENYING)
def test_denials_are_named_as_a_logout_names_them(name: str, settings: Settings) -> None:
    """As many as were asked for, and nobody's who is let in."""
    scheme = build(name, settings)
    mechanism: Any = scheme.mechanism
    grant = mechanism.issue("alice")
    deny(mechanism, 500, time.time() + 3600)
    names = [found for found, _ in mechanism.store.denied_since(None).denials]
    # The one that the others are like, and they.
    assert len(set(names)) == 501
    later = [mechanism.issue(f"later-{number}").credential for number in range(200)]
    mechanism.revoke(mechanism.issue("bob").credential)
    logout = mechanism.store.denied_since(None).denials[-1][0]
    prefix = logout[: logout.rindex(" ")]
    assert all(
        found.startswith(prefix) and len(found) - len(logout) in range(-7, 8) for found in names
    )
    assert mechanism.verify(grant.credential, fresh=True).subject == "alice"
    for number, credential in enumerate(later):
        assert mechanism.verify(credential, fresh=True).subject == f"later-{number}"
    scheme.close()
