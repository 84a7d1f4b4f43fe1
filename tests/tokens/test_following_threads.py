"""Strategies that follow by themselves: in a thread, through a restart, and after a fork."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tokens import Pushed, Snapshot
from tokens.stores.base import TokenStore
from tokens.stores.redis import RedisStore
from tokens.testing import at_once

from .conftest import ISSUER
from .nodes import threads_of, until
from .servers import a_server


def test_the_thread_looks_by_itself_and_ends_with_close(store: TokenStore) -> None:
    """A revocation elsewhere is known here without anybody calling `look`."""
    before = set(threads_of("Snapshot"))
    strategy = Snapshot(store, ISSUER, poll_s=0.01, fetch_s=5)
    store.deny([f"{ISSUER} family"], time.time() + 300)
    until(lambda: len(strategy) == 1)
    assert len(set(threads_of("Snapshot")) - before) == 1
    strategy.close()
    assert set(threads_of("Snapshot")) <= before
    strategy.close()


def test_no_revocation_is_lost_between_looks(store: TokenStore) -> None:
    """Writers at full speed beside a reader that never pauses: in the end it knows them all."""
    strategy = Snapshot(store, ISSUER, poll_s=0.0001, fetch_s=5)

    def write(writer: int) -> None:
        for n in range(50):
            store.deny([f"{ISSUER} {writer}-{n}"], time.time() + 300)

    at_once(*(partial(write, writer) for writer in range(4)))
    until(lambda: len(strategy) == 200)
    strategy.close()


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("kind", [Snapshot, Pushed])
def test_it_works_after_a_restart_of_the_store(
    keep: bool, kind: type[Snapshot], tmp_path: Path
) -> None:
    """Killed, with its data kept or lost: old knowledge stays, new revocations arrive."""
    with a_server(tmp_path) as server, contextlib.closing(server.client()) as client:
        store = RedisStore(client)
        often: Any = {"beat_s": 0.01} if kind is Pushed else {"poll_s": 0.01}
        strategy = kind(store, ISSUER, fetch_s=0.2, **often)
        store.deny([f"{ISSUER} before-{n}" for n in range(10)], time.time() + 300)
        until(lambda: len(strategy) == 10)
        server.kill(keep=keep)
        until(lambda: strategy._in_touch is False)
        server.start()
        with contextlib.closing(server.client()) as fresh:
            # As many as there were, so that the numbers of a new life pass those of the old.
            for n in range(15):
                RedisStore(fresh).deny([f"{ISSUER} after-{n}"], time.time() + 300)
        until(lambda: len(strategy) == 25)
        strategy.close()


FORKED = """
import os, sys, time
from tests.conftest import FakeClock
from tests.tokens.conftest import ISSUER, a_manager
from tokens import Snapshot
from tokens.stores.sqlite import SQLiteStore
store = SQLiteStore(sys.argv[1])
strategy = Snapshot(store, ISSUER, poll_s=0.01, fetch_s=0.05)
manager = a_manager(store, FakeClock(), strategy)
token = manager.issue("alice").credential
while not strategy._in_touch: time.sleep(0.001)
pid = os.fork()
if pid == 0:
    time.sleep(0.1)
    manager.verify(token)  # stale: asks, and begins to follow again
    store.deny([f"{ISSUER} family"], time.time() + 300)
    for _ in range(2000):
        if len(strategy) == 1: os._exit(0)
        time.sleep(0.005)
    os._exit(3)
strategy.close()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


def test_a_forked_process_follows_by_itself(tmp_path: Path) -> None:
    """A server that forks after start-up takes no thread along; the first `verify` begins one."""
    command = [sys.executable, "-c", FORKED, str(tmp_path / "tokens.db")]
    assert subprocess.run(command, check=False, timeout=60).returncode == 0
