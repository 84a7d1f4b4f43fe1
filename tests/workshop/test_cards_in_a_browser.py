"""The cards in a real Chromium: axe, keyboard, both themes, a projector and a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response, expect

from workshop.cards.serving import open_cards
from workshop.cards.table import Table
from workshop.runner.folder import Folder

from .cards import card_of, own_policy

pytestmark = pytest.mark.browser

PLAYED = ("04-fixation", "06-steal-it-ride-it", "08-which-is-faster", "csrf", "oversized-cookie")
"""One of each kind: with shops and without, with several, with a policy of one's own."""
MAX_PAGE_BYTES = 100_000


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Cards of which some were played, and a policy that raises."""
    folder = Folder(tmp_path_factory.mktemp("cards") / "my-workshop")
    own_policy(folder, "def credential_at_login(sessions, held, subject):\n    return nobody\n")
    table = Table(folder)
    for name in PLAYED:
        table.play(card_of(name))
    with open_cards(table, 0) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser, base: str) -> Iterator[Page]:
    """As projected; whatever the page says on the console or asks elsewhere is a failure."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 720}, color_scheme=request.param, base_url=base
    )
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(base) else said.append(asked.url))
    yield page
    assert [each for each in said if "404" not in each] == []
    context.close()


def paths() -> list[str]:
    """The first page, each side of what was played, one that was not, and one that is not there."""
    sides = [f"/lab/{name}?defence={side}" for name in PLAYED for side in ("naive", "reference")]
    return ["/lab", *sides, "/lab/4?defence=mine", "/lab/stale-role", "/lab/nowhere"]


def test_axe_finds_nothing_on_any_page(page: Page) -> None:
    """Contrast, names, landmarks and order of headings, with everything unfolded."""
    for path in paths():
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        results = Axe().run(page)
        found = [(each["id"], each["impact"]) for each in results.response["violations"]]
        assert found == [], f"{path}: {results.generate_report()}"
        if path.endswith("mine"):
            expect(page.get_by_text("policy.py, line 2: NameError")).to_be_visible()


def test_it_is_run_and_switched_by_keyboard_alone(page: Page) -> None:
    """From the first page to the victim's view under the defence, with Tab and Enter."""
    page.goto("/lab")
    tab_to(page, "A cookie over 4,096 bytes")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="A cookie over 4,096 bytes")).to_be_visible()
    tab_to(page, "Run again")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("✗ the attack works")).to_be_visible()
    tab_to(page, "reference")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Defence on.")).to_be_visible()
    chosen = page.get_by_role("navigation", name="Defence").locator("[aria-current]")
    expect(chosen).to_have_text("reference")


def tab_to(page: Page, text: str) -> None:
    """Press Tab until what has the focus says *text*."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == text:
            return
    raise AssertionError(f"no Tab leads to {text!r}")


def test_what_matters_is_on_the_screen_as_projected(page: Page) -> None:
    """Without a scroll at 1280 by 720: every outcome, the steps' beginning and what she saw."""
    for name in PLAYED:
        page.goto(f"/lab/{name}")
        view = "text=No shop was opened" if name == "08-which-is-faster" else ".seen"
        for selector in ("#story ~ p", ".clock form button", ".switch", ".outcome", view):
            box = page.locator(selector).first.bounding_box()
            assert box is not None, (name, selector)
            shown = min(box["height"], 60)
            assert box["y"] + shown <= 720, (name, selector, box)


def test_a_page_is_small_and_fits_a_phone(browser: Browser, base: str) -> None:
    """Everything that a page loads together; without a script, and nothing sticks out."""
    context = browser.new_context(
        viewport={"width": 400, "height": 800}, base_url=base, java_script_enabled=False
    )
    page = context.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    for path in paths():
        answers.clear()
        page.goto(path)
        assert 0 < sum(len(answer.body()) for answer in answers) < MAX_PAGE_BYTES, path
        for card in page.locator("main > *").all():
            box = card.bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= 400, path
    context.close()


def test_the_button_works_without_a_script(browser: Browser, base: str) -> None:
    """It is a form, and the switch are links."""
    context = browser.new_context(base_url=base, java_script_enabled=False)
    page = context.new_page()
    page.goto("/lab/alg-none?defence=reference")
    with page.expect_navigation():
        page.get_by_role("button", name="Run as attacker").click()
    expect(page.get_by_text("✗ the attack works")).to_be_visible()
    expect(page.get_by_text("Defence on.")).to_be_visible()
    context.close()
