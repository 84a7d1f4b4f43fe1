"""What browsers do, measured again: a change fails here and names the labs that rest on it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from demo.browserfacts import browser_facts

from .facts import FLAGS, MEASURES, measure

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=["chromium", "firefox"])
def browser(request: pytest.FixtureRequest) -> Iterator[tuple[str, Browser]]:
    """Each engine that is installed; Chromium must be, in CI."""
    engine: str = request.param
    with sync_playwright() as playwright:
        if engine == "firefox":
            # Playwright drives a Firefox of its own making, which not every machine has.
            if not Path(playwright.firefox.executable_path).exists():
                pytest.skip("no Firefox that Playwright can drive: playwright install firefox")
            if engine not in browser_facts().engines:
                pytest.skip("nothing was recorded for Firefox yet")
            browser = playwright.firefox.launch()
        else:
            path = shutil.which("chromium")
            if path is None:
                reason = "no chromium on the path: apt-get install chromium"
                pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield engine, browser
        browser.close()


@pytest.mark.parametrize("name", MEASURES)
def test_a_fact_is_still_one(browser: tuple[str, Browser], name: str) -> None:
    """As recorded; if not, the labs that rest on it say what is no longer true."""
    engine, driven = browser
    known = browser_facts()
    labs = ", ".join(known.facts[name].labs)
    seen = measure(driven, name)
    assert known.engines[engine].seen[name] == seen, (
        f"{driven.version} does otherwise than recorded: look at labs {labs}, then record it with "
        "python -m tests.demo.teaching.facts"
    )


def test_every_fact_is_measured_and_has_its_labs() -> None:
    """None is only said, and none is measured for nobody."""
    known = browser_facts()
    assert known.facts.keys() == MEASURES.keys()
    assert all(fact.labs for fact in known.facts.values())
    for engine in known.engines.values():
        assert engine.seen.keys() == known.facts.keys()
