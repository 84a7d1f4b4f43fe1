"""kill -9 in the midst of logouts, over each durable store: what was acknowledged stays ended."""

from __future__ import annotations

import contextlib
import itertools
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.servers.postgres import Postgres
from sessions import InvalidSession, SessionManager
from sessions.stores.base import SessionStore
from sessions.stores.postgres import PostgresStore
from sessions.stores.redis import RedisStore
from sessions.stores.sqlite import SQLiteStore
from tests.tokens.servers import a_server

ENOUGH = 60


def end_one(manager: SessionManager, number: int, name: str) -> str:
    """Log in and out again, one way or another; gives the ID that is now dead."""
    grant = manager.issue(name)
    if number % 4 == 0:
        manager.revoke(grant.credential)
    elif number % 4 == 1:
        manager.revoke_entry(name, grant.handle)
    elif number % 4 == 2:
        manager.revoke_all(name)
    else:
        manager.renew(grant.credential)
    return grant.credential


def until_killed(manager: SessionManager, name: str, ended: list[str]) -> None:
    for number in itertools.count():
        try:
            ended.append(end_one(manager, number, f"{name}-{number}"))
        except manager.outages:
            return


def nothing_came_back(manager: SessionManager, ended: list[str], live: str) -> None:
    assert len(ended) >= ENOUGH
    for credential in ended:
        with pytest.raises(InvalidSession):
            manager.verify(credential)
    assert manager.verify(live).subject == "survivor"


def killed_midway(store: SessionStore, kill: Callable[[], None], start: Callable[[], None]) -> None:
    manager = SessionManager(store)
    live, ended = manager.issue("survivor").credential, list[str]()
    threads = [threading.Thread(target=until_killed, args=(manager, name, ended)) for name in "ab"]
    for thread in threads:
        thread.start()
    gives_up_at = time.monotonic() + 60
    while len(ended) < ENOUGH and time.monotonic() < gives_up_at:
        time.sleep(0.001)
    kill()
    for thread in threads:
        thread.join()
    start()
    nothing_came_back(manager, ended, live)


LOGS_OUT = """
import itertools, sys
from sessions import SessionManager
from sessions.stores.sqlite import SQLiteStore
from tests.sessions.test_crash import end_one
manager = SessionManager(SQLiteStore(sys.argv[1]))
for number in itertools.count():
    print(end_one(manager, number, f"user-{number}"), flush=True)
"""


def test_a_process_that_is_killed_takes_no_logout_with_it(tmp_path: Path) -> None:
    """SQLite: the file was written before the answer was given."""
    path = tmp_path / "sessions.db"
    manager = SessionManager(SQLiteStore(path))
    live = manager.issue("survivor").credential
    command = [sys.executable, "-c", LOGS_OUT, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ended = [process.stdout.readline().strip() for _ in range(ENOUGH)]
        process.kill()
        ended += [line.strip() for line in process.stdout if line.endswith("\n")]
    nothing_came_back(manager, ended, live)
    manager.store.close()


def test_a_valkey_that_is_killed_takes_no_logout_with_it(tmp_path: Path) -> None:
    """With an append-only file that each write reaches (`appendfsync always`)."""
    with a_server(tmp_path) as server, contextlib.closing(server.client()) as client:
        untyped: Any = client
        killed_midway(RedisStore(untyped), lambda: server.kill(keep=True), server.start)


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    with Postgres(tmp_path) as running:
        yield running


def test_a_postgres_that_is_killed_takes_no_logout_with_it(postgres: Postgres) -> None:
    """With everything that makes a commit durable, as it comes."""
    store = PostgresStore(postgres.url)
    killed_midway(store, postgres.kill, postgres.start)
    store.close()
