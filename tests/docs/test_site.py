"""The static site: every link leads somewhere, no page asks the network, all can be read."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from reports.site import CannotBuild, build
from reports.site.building import MARK
from reports.site.markdown import render
from reports.site.pages import READERS

ROOT = Path(__file__).parents[2]
LOOKED_AT = ["index.html", "docs/league.html", "README.html", "api/tokens/verifier.html"]
"""A page of each kind."""
FETCHED = {"img": "src", "script": "src", "source": "srcset", "link": "href", "iframe": "src"}
"""Attributes that a browser fetches without being asked."""


class _Found(HTMLParser):
    """The links, the fetched addresses and the anchors of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag in FETCHED and FETCHED[tag] in given:
            self.fetched.append(given[FETCHED[tag]])


def _read(page: Path) -> _Found:
    found = _Found()
    found.feed(page.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, as `make site` builds it."""
    target = tmp_path_factory.mktemp("built") / "site"
    target.mkdir()
    (target / MARK).touch()
    (target / "old.html").touch()
    build(target)
    return target


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, _Found]:
    """Every page, read."""
    return {page: _read(page) for page in site.rglob("*.html")}


def test_every_link_and_anchor_is_there(site: Path, pages: dict[Path, _Found]) -> None:
    """Of every page, also those of the generator and of the example."""
    broken = []
    for page, found in pages.items():
        for link in (*found.links, *found.fetched):
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            there = target.is_file() and target.is_relative_to(site)
            if not there or (
                parts.fragment
                and target in pages
                and unquote(parts.fragment) not in pages[target].anchors
            ):
                broken.append(f"{page.relative_to(site)}: {link}")
    assert len(pages) > 50
    assert broken == []


def test_no_page_asks_the_network(pages: dict[Path, _Found]) -> None:
    """What is fetched is in the site, or in the page."""
    for page, found in pages.items():
        schemes = {urlsplit(address).scheme for address in found.fetched}
        assert schemes <= {"", "data"}, page
        text = page.read_text(encoding="utf-8")
        assert "@import" not in text, page
        assert "url(http" not in text, page


def test_every_page_of_the_docs_is_in_the_index_once() -> None:
    """A page that is added has to be put before a reader."""
    listed = [page for _, of in READERS.values() for page in of]
    assert len(listed) == len(set(listed))
    docs = {f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")}
    there = docs | {path.name for path in ROOT.glob("*.md")}
    assert there == {page for page in listed if page.endswith(".md")}


def test_a_link_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    """By the page, and by what it links to."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text("# A\n\n[b](docs/none.md)\n")
    with pytest.raises(CannotBuild, match=r"README\.md links to docs/none\.md"):
        build(tmp_path / "out", tmp_path)


def test_a_site_of_before_is_replaced(site: Path) -> None:
    """And leaves nothing of it."""
    assert not (site / "old.html").exists()


def test_a_folder_of_somebody_else_is_kept(tmp_path: Path) -> None:
    """Only what was built is replaced."""
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(CannotBuild, match="name an empty folder"):
        build(tmp_path)
    assert (tmp_path / "mine.txt").exists()


def test_anchors_are_those_of_a_code_host() -> None:
    """Also where two headings are alike, and where a heading has code and signs."""
    page = render("# A `b_c`: d, e?\n\n## Same\n\n## Same\n", str)
    assert page.title == "A b_c: d, e?"
    assert all(f'id="{one}"' in page.html for one in ("a-b_c-d-e", "same", "same-1"))


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser, site: Path) -> Iterator[Page]:
    """A narrow window; whatever a page says, or asks of others than the site, is collected."""
    context = browser.new_context(
        color_scheme=request.param, viewport={"width": 400, "height": 900}
    )
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda asked: said.append(asked.url))
    page.on(
        "request",
        lambda asked: (
            None if asked.url.startswith((site.as_uri(), "data:")) else said.append(asked.url)
        ),
    )
    yield page
    assert said == []
    context.close()


@pytest.mark.browser
def test_it_can_be_read_on_a_phone(page: Page, site: Path) -> None:
    """No page scrolls sideways, and axe finds nothing; in both themes."""
    found = []
    for path in LOOKED_AT:
        page.goto((site / path).as_uri())
        width = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{path}: {width} pixels wide"] if width > 400 else []
        found += [
            f"{path}: {one['id']}: {node['html'][:120]}"
            for one in Axe().run(page).response["violations"]
            for node in one["nodes"][:3]
        ]
    assert found == []
