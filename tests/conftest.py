"""Real servers and a real browser for the tests that need them, and a clock that tests can move."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright
from valkey import Valkey

from bench.servers.postgres import Postgres
from bench.services import Services
from demo.builtin.registers import PREFIX as REGISTERS
from tests.needed import needed

from .pgbouncer import a_pooler

# `quick` for every day and CI, where it must be the same each time; `thorough` for a long look:
# HYPOTHESIS_PROFILE=thorough make test
settings.register_profile("quick", max_examples=100, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=5000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

# A script that runs the tests in the background has them ignore Ctrl-C, nohup has them ignore a
# hang-up, and every program that they start inherits that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class FakeClock:
    """Time that moves when told to. Starts near now, since Valkey has a clock of its own."""

    def __init__(self) -> None:
        self.now = float(int(time.time()))

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def services() -> Iterator[Services]:
    with Services() as running:
        yield running


@pytest.fixture(autouse=True)
def first_passwords(request: pytest.FixtureRequest) -> None:
    """Accounts as they begin, whatever the test before did to those in the shared Valkey."""
    if "services" in request.fixturenames:
        with Valkey.from_url(request.getfixturevalue("services").redis_url) as client:
            for key in client.scan_iter(f"{REGISTERS}*", count=10_000):
                client.delete(key)


@pytest.fixture
def valkey_client(services: Services) -> Iterator[Valkey]:
    client: Any = Valkey.from_url(services.redis_url, socket_timeout=5)
    client.flushdb()
    yield client
    client.close()
    client.connection_pool.disconnect()


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    # What must survive a crash is tested on a server of its own; here it would only take time.
    options = {"fsync": "off"}
    with Postgres(tmp_path_factory.mktemp("postgres"), options=options) as running:
        yield running.url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium; without one this is skipped, except in CI."""
    path = needed(shutil.which("chromium"), "chromium", "apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pooled_url(postgres_url: str) -> Iterator[str]:
    """The server of *postgres_url*, by way of a PgBouncer in transaction mode."""
    with a_pooler(postgres_url) as running:
        yield running.url
