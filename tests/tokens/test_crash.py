"""kill -9 in the midst of logouts, over each durable store: what was acknowledged stays revoked."""

from __future__ import annotations

import contextlib
import itertools
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.servers.postgres import Postgres
from tests.conftest import FakeClock
from tokens import Algorithm, InvalidToken, Key, KeyRing, TokenManager
from tokens.revocation.following import Following
from tokens.stores.base import TokenStore
from tokens.stores.postgres import PostgresStore
from tokens.stores.redis import RedisStore
from tokens.stores.sqlite import SQLiteStore

from .conftest import a_manager, a_strategy
from .servers import a_server

ENOUGH = 60
STRATEGIES = ["denylist", "generation", "snapshot", "statuslist"]
RING = KeyRing([Key("kid", Algorithm.HS256, b"a key that two processes of a test share")])
Ended = list[tuple[str, str]]


def nodes(store: TokenStore) -> list[TokenManager]:
    """A fresh node for each strategy that keeps its revocations in *store*."""
    clock, made = FakeClock(), []
    for name in STRATEGIES:
        strategy = a_strategy(name, store, clock)
        made.append(a_manager(store, clock, strategy, RING))
        if isinstance(strategy, Following):
            strategy.look()
    return made


def end_one(manager: TokenManager, number: int, name: str) -> tuple[str, str]:
    """Log in and out again, one way or another; gives the tokens that are now dead."""
    grant = manager.issue(name)
    if number % 3 == 0:
        manager.revoke(grant.credential)
    elif number % 3 == 1:
        manager.revoke_entry(name, grant.handle)
    else:
        manager.revoke_all(name)
    return grant.credential, grant.renewal or ""


def until_killed(managers: list[TokenManager], name: str, ended: list[Ended]) -> None:
    for number in itertools.count():
        at = number % len(managers)
        try:
            ended[at].append(end_one(managers[at], number, f"{name}-{number}"))
        except managers[at].outages:
            return


def nothing_came_back(store: TokenStore, ended: list[Ended], live: list[str]) -> None:
    assert sum(map(len, ended)) >= ENOUGH
    for manager, dead, good in zip(nodes(store), ended, live, strict=True):
        for credential, renewal in dead:
            with pytest.raises(InvalidToken, match="revoked"):
                manager.verify(credential)
            with pytest.raises(InvalidToken, match="unknown"):
                manager.renew(renewal)
        assert manager.verify(good).subject == "survivor"


def killed_midway(store: TokenStore, kill: Callable[[], None], start: Callable[[], None]) -> None:
    managers = nodes(store)
    live = [manager.issue("survivor").credential for manager in managers]
    ended: list[Ended] = [[] for _ in managers]
    threads = [threading.Thread(target=until_killed, args=(managers, name, ended)) for name in "ab"]
    for thread in threads:
        thread.start()
    gives_up_at = time.monotonic() + 60
    while sum(map(len, ended)) < ENOUGH and time.monotonic() < gives_up_at:
        time.sleep(0.001)
    kill()
    for thread in threads:
        thread.join()
    start()
    nothing_came_back(store, ended, live)


LOGS_OUT = """
import itertools, sys
from tests.tokens.test_crash import end_one, nodes
from tokens.stores.sqlite import SQLiteStore
managers = nodes(SQLiteStore(sys.argv[1]))
for number in itertools.count():
    at = number % len(managers)
    print(at, *end_one(managers[at], number, f"user-{number}"), flush=True)
"""


def test_a_process_that_is_killed_takes_no_logout_with_it(tmp_path: Path) -> None:
    """SQLite: the file was written before the answer was given."""
    store = SQLiteStore(tmp_path / "tokens.db")
    live = [manager.issue("survivor").credential for manager in nodes(store)]
    command = [sys.executable, "-c", LOGS_OUT, str(tmp_path / "tokens.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(ENOUGH)]
        process.kill()
        said += [line for line in process.stdout if line.endswith("\n")]
    ended: list[Ended] = [[] for _ in STRATEGIES]
    for line in said:
        at, credential, renewal = line.split()
        ended[int(at)].append((credential, renewal))
    nothing_came_back(store, ended, live)
    store.close()


def test_a_valkey_that_is_killed_takes_no_logout_with_it(tmp_path: Path) -> None:
    """With an append-only file that each write reaches (`appendfsync always`)."""
    with a_server(tmp_path) as server, contextlib.closing(server.client()) as client:
        killed_midway(RedisStore(client), lambda: server.kill(keep=True), server.start)


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    with Postgres(tmp_path) as running:
        yield running


def test_a_postgres_that_is_killed_takes_no_logout_with_it(postgres: Postgres) -> None:
    """With everything that makes a commit durable, as it comes."""
    store = PostgresStore(postgres.url)
    killed_midway(store, postgres.kill, postgres.start)
    store.close()
