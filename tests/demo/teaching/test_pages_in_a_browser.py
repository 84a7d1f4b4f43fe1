"""The teaching pages in a real Chromium: axe, keyboard, both themes, a projector and a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response, expect

from ..conftest import Served, start_demo, stop_demo

pytestmark = pytest.mark.browser

PATHS = (
    "/wire",
    "/wire?step=3&carried=bearer&algorithm=ES256&revoked=denylist",
    "/wire?step=5",
    "/time",
    "/time?at=29400&uses=1200,2400,3600",
    "/nodes",
    "/log",
    "/report",
    "/about/browser",
)
MAX_PAGE_BYTES = 100_000
MOUNT = "/s/session-cookie-sqlite"


@pytest.fixture(scope="module")
def site() -> Iterator[Served]:
    served = start_demo("--teaching")
    yield served
    stop_demo(served)


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser, site: Served) -> Iterator[Page]:
    """As projected; whatever the page says on the console or asks elsewhere is a failure."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 720}, color_scheme=request.param, base_url=site.base
    )
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "request",
        lambda asked: None if asked.url.startswith(site.base) else said.append(asked.url),
    )
    yield page
    assert [each for each in said if "409" not in each] == []
    context.close()


def log_in(page: Page) -> None:
    page.goto(f"{MOUNT}/")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill("alice-password")
    page.get_by_role("button", name="Log in").press("Enter")
    expect(page.get_by_role("heading", name="Logged in as alice")).to_be_visible()


def assert_nothing_is_wrong(page: Page, path: str) -> None:
    results = Axe().run(page)
    found = [(each["id"], each["impact"]) for each in results.response["violations"]]
    assert found == [], f"{path}: {results.generate_report()}"


def test_axe_finds_nothing_on_any_page(page: Page) -> None:
    """Contrast, names, order of headings: with everything unfolded, and with somebody logged in."""
    log_in(page)
    for path in PATHS:
        page.goto(MOUNT + path)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert_nothing_is_wrong(page, path)


def test_lamps_are_right_too(page: Page) -> None:
    """Lit and dark, and followed by the script while nobody presses anything."""
    page.goto("/nodes")
    row = page.get_by_role("row", name="session-cookie-sqlite")
    row.get_by_role("button", name="Log in").press("Enter")
    lamps = row.locator(".lamp")
    expect(lamps.and_(page.locator(".lit"))).to_have_count(3, timeout=30_000)
    assert_nothing_is_wrong(page, "/nodes, lit")
    row.get_by_role("button", name="Revoke").press("Enter")
    expect(lamps.and_(page.locator(".dark"))).to_have_count(3, timeout=30_000)
    assert_nothing_is_wrong(page, "/nodes, dark")
    row.get_by_role("button", name="Stop watching").press("Enter")
    expect(row.get_by_role("button", name="Log in")).to_be_visible()


def test_the_clock_turns_by_keys(page: Page) -> None:
    """Arrows are a minute, pages half an hour; U uses the login."""
    page.goto("/time")
    for key, words in (
        ("ArrowRight", "0:01:00"), ("PageDown", "0:31:00"), ("PageUp", "0:01:00"),
        ("ArrowRight", "0:02:00"), ("ArrowLeft", "0:01:00"),
    ):  # fmt: skip
        page.keyboard.press(key)
        expect(page.get_by_role("heading", name=f"{words} after the login")).to_be_visible()
        # What is seen may not listen yet: the script of the new page runs when all of it is there.
        page.wait_for_load_state()
    page.keyboard.press("u")
    expect(page.get_by_role("rowheader", name="0:01:00", exact=True)).to_be_visible()
    page.get_by_role("link", name="until it ends").press("Enter")
    expect(page.get_by_text("session: over, expired")).to_be_visible()


def test_what_matters_is_on_the_screen_as_projected(page: Page) -> None:
    """Without a scroll at 1280 by 720."""
    for path, selectors in (
        ("/wire", (".steps", ".story", ".side.session svg", ".side.token svg")),
        ("/time", (".lanes", "#turn")),
        ("/nodes", (".lamps",)),
    ):
        page.goto(path)
        for selector in selectors:
            box = page.locator(selector).first.bounding_box()
            assert box is not None, selector
            assert box["y"] + box["height"] <= 720, (path, selector)


def test_a_page_is_small_and_fits_a_phone(browser: Browser, site: Served) -> None:
    """Everything that the first page loads together; and nothing sticks out at 400 pixels."""
    context = browser.new_context(
        viewport={"width": 400, "height": 800}, base_url=site.base, java_script_enabled=False
    )
    page = context.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    for path in PATHS:
        answers.clear()
        page.goto(MOUNT + path)
        assert 0 < sum(len(each.body()) for each in answers if each.ok) < MAX_PAGE_BYTES, path
        for card in page.locator("main > *").all():
            box = card.bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= 400, path
    context.close()


def test_every_page_works_without_a_script(browser: Browser, site: Served) -> None:
    """The clock turns, and the lamps can be looked at again, with links and forms alone."""
    context = browser.new_context(base_url=site.base, java_script_enabled=False)
    page = context.new_page()
    page.goto("/time")
    page.get_by_role("link", name="a minute", exact=True).click()
    expect(page.get_by_role("heading", name="0:01:00")).to_be_visible()
    page.goto("/nodes")
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("heading", name="Three nodes")).to_be_visible()
    page.goto("/wire")
    page.get_by_role("link", name="2. Ask again").click()
    expect(page.get_by_text("HTTP forgets")).to_be_visible()
    context.close()
