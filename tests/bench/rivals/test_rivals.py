"""The rivals: each works, keeps and breaks what the published grid says, and is the version named.

A library's upgrade that changes what it does fails here, and with it the page that says so.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from bench.rivals.claims import rival_of
from bench.rivals.grid import page
from bench.rivals.promises import Outcome, hold, promises
from bench.services import Services
from demo.auth import Settings
from demo.schemes import build, names
from demo.testing import PAIRS
from tests.interrupting import THOROUGH

# Django keeps a connection for each thread, and leaves it to the thread's end to close it.
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning",
    "ignore:Cache key will cause errors if used with memcached",
)

ROOT = Path(__file__).parents[3]
GRID = json.loads((ROOT / "docs" / "promises.json").read_text(encoding="utf-8"))
RIVALS = names("rivals")
OURS = "session-cookie-redis"
TRIES = 4
ADAPTERS = sorted((ROOT / "bench" / "rivals").glob("*.py"))


@pytest.fixture(scope="module")
def stores() -> Iterator[Services]:
    """Stores of these tests alone: each promise begins with empty ones."""
    with Services(postgres=True) as services:
        yield services


@pytest.mark.parametrize("name", RIVALS)
def test_a_rival_does_what_the_grid_says(name: str, stores: Services) -> None:
    """Every promise, kept or broken, is as published."""
    outcomes = GRID["schemes"][name]["outcomes"]
    published = {promise: each["outcome"] for promise, each in outcomes.items()}
    found = {
        promise: _found(name, promise, stores, published.get(promise)) for promise in promises()
    }
    assert published == found


def _found(name: str, promise: str, stores: Services, published: str | None) -> str:
    """
    A race is held open for a moment, and a machine that stalls longer finds it kept.

    So what is published as broken has several tries; what is published as kept has one.
    """
    # What broke is found at once among all pairs; what held is held again by some of them.
    fewer = {} if published == "broken" or THOROUGH else {"pairs": PAIRS[len(name) % 5 :: 5]}
    for _ in range(TRIES if published == "broken" else 1):
        found = hold(name, promise, stores, fewer).outcome
        if found == published:
            break
    return found


def test_one_of_ours_keeps_them_all(stores: Services) -> None:
    """The runner of the grid can find a promise kept; the contract itself runs over all of ours."""
    broken = {
        promise: outcome
        for promise in promises()
        if (outcome := hold(OURS, promise, stores, {"pairs": PAIRS[::5]})) != Outcome("kept")
    }
    assert broken == {}


def test_the_grid_has_every_scheme_and_every_promise() -> None:
    """A new scheme or promise is not left out of what is published."""
    ours = {name for name in names() if not name.startswith("control")}
    assert ours | set(names("rivals")) == set(GRID["schemes"])
    assert promises() == GRID["promises"]
    for name in ours:
        outcomes = {each["outcome"] for each in GRID["schemes"][name]["outcomes"].values()}
        assert outcomes <= {"kept", "does not apply"}, name


def test_the_page_is_made_of_the_grid() -> None:
    """docs/promises.md says what docs/promises.json holds, and nothing else."""
    assert page(GRID) == (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", RIVALS)
def test_a_rival_is_the_version_that_was_measured(name: str) -> None:
    """Pinned in the extra, and named in the grid."""
    rival = rival_of(name)
    assert rival is not None
    assert GRID["schemes"][name]["library"] == f"{rival.name} {version(rival.package)}"
    assert rival.configuration.startswith("https://")


@pytest.mark.parametrize("name", RIVALS)
def test_a_rival_says_how_often_it_asks_its_store(name: str, stores: Services) -> None:
    """What is counted is never nothing where something is asked."""
    settings = Settings(
        store_url=" ".join(stores.store_urls), keys_file=stores.keys_file, timing=True
    )
    scheme = build(name, settings)
    mechanism: Any = scheme.mechanism
    grant = mechanism.issue("alice", {"cart:tea": 2})
    scheme.take_measured()
    identity = mechanism.verify(grant.credential)
    spent = scheme.take_measured()
    scheme.close()
    assert (identity.subject, dict(identity.data)) == ("alice", {"cart:tea": 2})
    assert bool(scheme.store) == (spent.store_reads > 0)


LISTINGS = re.findall(
    r"^### (.+?)\n.*?```python\n(.*?)```", (ROOT / "docs" / "rivals.md").read_text(), re.S | re.M
)


@pytest.mark.parametrize(("library", "code"), LISTINGS, ids=[title for title, _ in LISTINGS])
def test_what_is_broken_is_seen_without_this_project(
    library: str, code: str, stores: Services
) -> None:
    """Each listing of docs/rivals.md runs as printed, and is of the version that is measured."""
    assert library in {rival.library for rival in map(rival_of, RIVALS) if rival}
    script = code.replace("redis://127.0.0.1:6379", stores.redis_url)
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_every_library_that_breaks_a_promise_has_a_listing() -> None:
    """What is called broken can be seen again by who has never heard of this project."""
    broken = {
        entry["library"]
        for entry in GRID["schemes"].values()
        if any(found["outcome"] == "broken" for found in entry["outcomes"].values())
    }
    assert broken <= {title for title, _ in LISTINGS}


def test_no_adapter_is_long() -> None:
    """An adapter that needs more than a hundred lines of code does the library's work."""
    lengths = {path.name: _code_lines(path) for path in ADAPTERS}
    assert {name: count for name, count in lengths.items() if count > 100} == {}


def _code_lines(path: Path) -> int:
    text = re.sub(r'""".*?"""', "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return sum(bool(line.strip()) for line in text.splitlines())
