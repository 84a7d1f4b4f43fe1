"""The demo in a real Chromium: by keyboard, without a script, silent, within its window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Served, start_demo, stop_demo

pytestmark = pytest.mark.browser

COOKIE_SCHEMES = ("session-cookie-memory", "token-cookie-hs256-expiry")
LEAKY_SCHEMES = ("session-url-memory", "token-form-hs256-expiry")
SCHEMES = (*COOKIE_SCHEMES, *LEAKY_SCHEMES, "token-bearer-hs256-expiry", "control")


@pytest.fixture(scope="module")
def site() -> Iterator[Served]:
    served = start_demo(*(word for name in SCHEMES for word in ("--scheme", name)))
    yield served
    stop_demo(served)


@pytest.fixture(params=[400, 1280])
def page(request: pytest.FixtureRequest, browser: Browser, site: Served) -> Iterator[Page]:
    """A window of a phone and of a desk; whatever the page says or asks elsewhere is a failure."""
    # Without JavaScript, as a reader may have it: the forms must do everything.
    context = browser.new_context(
        viewport={"width": request.param, "height": 800},
        java_script_enabled=False,
        base_url=site.base,
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
    # The browser notes what a logout had it clear (Clear-Site-Data).
    assert [each for each in said if "Cleared data types" not in each] == []
    context.close()


def assert_it_fits(page: Page) -> None:
    """Nothing sticks out to the right: no part of the page is wider than the window."""
    assert page.viewport_size is not None
    box = page.locator("main").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= page.viewport_size["width"]
    for card in page.locator(".card").all():
        inner = card.bounding_box()
        assert inner is not None
        assert inner["x"] + inner["width"] <= page.viewport_size["width"]


@pytest.mark.parametrize("name", COOKIE_SCHEMES)
def test_a_person_gets_in_and_out_by_keyboard(page: Page, name: str) -> None:
    """The cookie is kept by a real browser, also over plain loopback, and is gone after logout."""
    page.goto(f"/s/{name}/")
    page.get_by_label("Quantity").fill("3")
    page.get_by_label("Quantity").press("Enter")
    expect(page.get_by_text("The cart was changed.")).to_be_visible()
    page.get_by_label("Username").fill("alice")
    page.keyboard.press("Tab")
    page.keyboard.type("alice-password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Logged in as alice")).to_be_visible()
    expect(page.get_by_text("apples × 3")).to_be_visible()  # noqa: RUF001 - as the page has it
    assert_it_fits(page)
    page.get_by_role("button", name="Renew the credential").click()
    expect(page.get_by_role("heading", name="Logged in as alice")).to_be_visible()
    page.get_by_role("button", name="Log out", exact=True).press("Enter")
    expect(page.get_by_text("Revocation:")).to_be_visible()
    assert page.context.cookies() == []


@pytest.mark.parametrize("name", LEAKY_SCHEMES)
def test_a_person_is_carried_from_page_to_page_without_a_cookie(page: Page, name: str) -> None:
    """By addresses or forms that a real browser submits, within its window, and told of it."""
    page.goto(f"/s/{name}/")
    expect(page.get_by_role("heading", name="this credential leaks")).to_be_visible()
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill("alice-password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Logged in as alice")).to_be_visible()
    page.get_by_role("button", name="Put in cart").click()
    expect(page.get_by_text("apples × 1")).to_be_visible()  # noqa: RUF001 - as the page has it
    expect(page.get_by_role("heading", name="Logged in as alice")).to_be_visible()
    assert ("session=" in page.url) is (name == "session-url-memory")
    assert_it_fits(page)
    page.get_by_role("button", name="Log out", exact=True).click()
    expect(page.get_by_text("Revocation:")).to_be_visible()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    assert page.context.cookies() == []


def test_the_cookies_are_out_of_reach(page: Page) -> None:
    """As the browser itself lists them."""
    page.goto("/s/token-cookie-hs256-expiry/")
    page.get_by_label("Username").fill("bob")
    page.get_by_label("Password").fill("bob-password")
    page.get_by_role("button", name="Log in").click()
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
    paths = {name: cookie["path"] for name, cookie in cookies.items()}
    prefix = "/s/token-cookie-hs256-expiry"
    assert paths == {"__Secure-access": prefix, "__Secure-refresh": f"{prefix}/renew"}
    for cookie in cookies.values():
        assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Lax")


def test_every_page_fits_its_window(page: Page) -> None:
    """The list of schemes, each scheme, and a bearer token of many characters."""
    for path in ("/", *(f"/s/{name}/" for name in SCHEMES)):
        page.goto(path)
        assert_it_fits(page)
    page.goto("/s/token-bearer-hs256-expiry/")
    page.get_by_label("Username").fill("carol")
    page.get_by_label("Password").fill("carol-password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Your credential")).to_be_visible()
    assert_it_fits(page)
