"""The page in a real Chromium: silent, still, and no wider than its window."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

pytestmark = pytest.mark.browser

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WIDTHS = (400, 1000, 1600)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium; without one this is skipped, except in CI."""
    path = shutil.which("chromium")
    if path is None:
        reason = "no chromium on the path: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser, rendered: Path) -> Iterator[Page]:
    """The report, opened from disk; whatever it says or asks for is collected."""
    context = browser.new_context(color_scheme=request.param)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asked: said.append(asked.url))
    address = (rendered / "index.html").as_uri()
    page.goto(address)
    yield page
    assert said == [address]
    context.close()


def test_page_never_scrolls_sideways(page: Page) -> None:
    """On a phone, on a laptop, on a wall; with its tables open."""
    page.locator("summary").evaluate_all("all => all.forEach(one => one.click())")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_one_drawing_of_each_chart_is_seen(page: Page) -> None:
    """The small one on a small screen, the large one elsewhere."""
    for width, shown, hidden in ((400, ".narrow", ".wide"), (1000, ".wide", ".narrow")):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.locator(f"{shown} svg").first.is_visible()
        assert not page.locator(f"{hidden} svg").first.is_visible()


def test_no_label_is_cut(page: Page) -> None:
    """Every text of every drawing ends inside it."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        cut = page.evaluate(
            """() => [...document.querySelectorAll('figure svg')]
                .filter(svg => svg.checkVisibility())
                .flatMap(svg => {
                  const outer = svg.getBoundingClientRect();
                  return [...svg.querySelectorAll('text')].filter(text => {
                    const inner = text.getBoundingClientRect();
                    return inner.left < outer.left - 1 || inner.right > outer.right + 1
                      || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1;
                  }).map(text => text.textContent);
                })"""
        )
        assert cut == []


def test_every_drawing_has_a_name(page: Page) -> None:
    """What a screen reader says is the question and its answer."""
    for drawing in page.get_by_role("img").all():
        label = drawing.evaluate(
            "one => one.getAttribute('aria-labelledby').split(' ')"
            ".map(id => document.getElementById(id).textContent).join(' ')"
        )
        assert "?" in label
        assert len(label) > 60


def test_keyboard_reaches_the_tables(page: Page) -> None:
    """Tab to a fold, Enter to open it."""
    fold = page.locator("summary").first
    fold.focus()
    page.keyboard.press("Enter")
    assert page.locator("details table").first.is_visible()
