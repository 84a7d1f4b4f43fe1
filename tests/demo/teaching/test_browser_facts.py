"""What browsers do, measured again: a change fails here and names the labs that rest on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.browserfacts import browser_facts
from tests.needed import needed

from .engines import EXECUTABLES, Browser, executable, start
from .facts import AGING, MEASURES, NAMES, measure, measure_aging

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=EXECUTABLES)
def engine(request: pytest.FixtureRequest) -> str:
    """Each that is installed; Chromium must be, in CI."""
    name: str = request.param
    if executable(name) is None:
        remedy = f"apt-get install {EXECUTABLES[name][-1]}"
        if name == "firefox":
            pytest.skip(f"firefox is not here: {remedy}")
        needed(None, name, remedy)
    return name


@pytest.fixture(scope="module")
def browser(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with start(engine, tmp_path_factory.mktemp(engine)) as running:
        yield running


@pytest.mark.parametrize("name", AGING)
def test_a_fact_about_an_older_cookie_is_still_one(engine: str, name: str) -> None:
    """
    With the cookie made older while the browser was closed.

    The first of all, since Playwright runs once at a time, and `browser` is open from then on.
    """
    hold(engine, name, measure_aging(engine, name))


@pytest.mark.parametrize("name", MEASURES)
def test_a_fact_is_still_one(browser: Browser, name: str) -> None:
    """As recorded; if not, the labs that rest on it say what is no longer true."""
    hold(browser.engine, name, measure(browser, name))


def hold(engine: str, name: str, seen: str) -> None:
    known = browser_facts()
    labs = ", ".join(known.facts[name].labs)
    assert known.engines[engine].seen[name] == seen, (
        f"{engine} does otherwise than recorded: look at labs {labs}, then record it with "
        "python -m tests.demo.teaching.facts"
    )


def test_every_fact_is_measured_and_has_its_labs() -> None:
    """None is only said, and none is measured for nobody."""
    known = browser_facts()
    assert set(known.facts) == set(NAMES)
    assert all(fact.labs for fact in known.facts.values())
    assert known.engines.keys() == EXECUTABLES.keys()
    for engine in known.engines.values():
        assert engine.seen.keys() == known.facts.keys()
