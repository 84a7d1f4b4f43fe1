"""What has expired is cleared away, and a store that is down stops nobody."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from demo.auth import Scheme, Settings
from demo.housekeeping import keep_house, reap
from demo.schemes import build
from sessions import SessionManager
from sessions.stores.sqlite import SQLiteStore

from .conftest import run_demo

SCHEMES = ["session-cookie-memory", "session-cookie-sqlite", "token-bearer-hs256-denylist-sqlite"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        store_url=f"sqlite://{tmp_path}/store.db",
        keys_file=tmp_path / "keys.json",
        inactivity=timedelta(seconds=1),
        access=timedelta(seconds=1),
        touch=timedelta(0),
    )


@pytest.mark.parametrize("name", SCHEMES)
def test_what_has_not_expired_stays(name: str, settings: Settings) -> None:
    """Nothing that somebody may still use is cleared away."""
    scheme = build(name, replace(settings, inactivity=timedelta(hours=1)))
    assert scheme.mechanism is not None
    grant = scheme.mechanism.issue("alice")
    assert reap(name, scheme) == 0
    assert scheme.mechanism.verify(grant.credential).subject == "alice"
    scheme.close()


@pytest.mark.parametrize("name", SCHEMES)
def test_what_has_expired_goes_by_itself(name: str, settings: Settings) -> None:
    """The thread finds it, without anybody asking for it."""
    scheme = build(name, settings)
    assert scheme.mechanism is not None
    scheme.mechanism.issue("alice")
    cleared = threading.Event()

    def watched() -> int:
        gone = scheme.reap()
        if gone:
            cleared.set()
        return gone

    stop = keep_house({name: replace(scheme, reap=watched)}, every_s=0.05)
    assert cleared.wait(20)
    stop()
    assert scheme.mechanism.entries("alice") == []
    scheme.close()


def test_a_store_that_is_down_is_left_for_the_next_round(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said, and nothing is raised."""
    scheme = build("session-cookie-sqlite", settings)

    def down() -> int:
        raise sqlite3.OperationalError("database is locked")

    broken: Scheme = replace(scheme, reap=down)
    with caplog.at_level(logging.WARNING, "demo.housekeeping"):
        assert reap("alias", broken) == 0
    assert "database is locked" in caplog.text
    scheme.close()


def test_a_command_clears_away_all_that_is_due(tmp_path: Path) -> None:
    """However much: a call of the store takes a thousand at most."""
    store = SQLiteStore(tmp_path / "store.db")
    # First: a login of today clears away a little of what is past by itself.
    alive = SessionManager(store).issue("alice")
    long_ago = SessionManager(store, now=lambda: time.time() - 30 * 86400)
    for number in range(2100):
        long_ago.issue(f"subject-{number}")
    url = f"sqlite://{tmp_path}/store.db"
    done = run_demo("--reap", "--scheme", "session-cookie-sqlite", "--store-url", url)
    assert (done.stdout, done.stderr) == ("session-cookie-sqlite: 2100 cleared away\n", "")
    assert done.returncode == 0
    assert SessionManager(store).verify(alive.credential).subject == "alice"
    store.close()


def test_a_store_that_cannot_be_cleared_is_named() -> None:
    """In one line, with the remedy."""
    nowhere = "redis://127.0.0.1:1"
    name = "token-bearer-hs256-denylist-postgres"
    for scheme, url, said in (
        ("session-cookie-postgres", "postgresql://nobody@127.0.0.1:1/none", "does not answer"),
        (name, nowhere, "give --store-url"),
    ):
        done = run_demo("--reap", "--scheme", scheme, "--store-url", url)
        assert done.returncode == 1
        assert said in done.stderr
        assert "Traceback" not in done.stderr
