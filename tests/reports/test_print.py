"""The page on A4, and the page of a run with as many schemes as the full plan has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from .test_browser import CUT, WIDTHS

pytestmark = pytest.mark.browser

SHEET_MM, MARGIN_MM = (210, 297), 14
PIXELS_A_MM = 96 / 25.4
WIDTH, HEIGHT = (round((side - 2 * MARGIN_MM) * PIXELS_A_MM) for side in SHEET_MM)
"""Of what is printed on a sheet, in pixels."""
BESIDES = 6
"""Sheets for findings, gates, schemes and environment."""


@pytest.fixture(scope="module", params=["few", "many"])
def page(
    request: pytest.FixtureRequest, browser: Browser, rendered: Path, many_rendered: Path
) -> Iterator[Page]:
    """Either run, as it is sent to a printer."""
    folder = many_rendered if request.param == "many" else rendered
    page = browser.new_page()
    page.goto((folder / "index.html").as_uri())
    page.emulate_media(media="print")
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    yield page
    page.close()


def test_nothing_is_wider_than_the_sheet(page: Page) -> None:
    """No drawing, no table, no line of code: what sticks out is cut by the printer."""
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
    out = page.locator("svg, table, pre, dl, ul, p").evaluate_all(
        f"""all => all.filter(one => one.checkVisibility({{contentVisibilityAuto: true}}))
            .filter(one => {{ const box = one.getBoundingClientRect();
                return box.left < -1 || box.right > {WIDTH} + 1; }})
            .map(one => one.outerHTML.slice(0, 80))"""
    )
    assert out == []


def test_a_figure_stays_on_one_sheet_with_its_question_and_its_answer(page: Page) -> None:
    """None is taller than a sheet, and none may be broken."""
    heights = page.locator("figure").evaluate_all("all => all.map(one => one.offsetHeight)")
    assert len(heights) > 7
    assert max(heights) <= HEIGHT
    style = "one => [getComputedStyle(one).breakInside, getComputedStyle(one).breakAfter]"
    assert page.locator("figure").first.evaluate(style) == ["avoid", "auto"]
    for heading in ("main section h2", "main figure h3"):
        assert page.locator(heading).first.evaluate(style)[1] == "avoid"


def test_the_wide_drawings_are_printed_and_no_control_is(page: Page) -> None:
    """Paper has no links to follow, no folds to open and no form to fill in."""
    assert page.locator("#lookup .wide svg").first.is_visible()
    for left_out in (".narrow svg", "nav", "summary", "#choose", "#system", "#copy"):
        assert not page.locator(left_out).first.is_visible(), left_out


def test_folds_are_left_out_and_that_is_said(page: Page) -> None:
    """What specialists unfold is in the page and in results.csv."""
    for one in page.locator("details").all():
        assert not one.is_visible()
    assert page.locator(".paper").is_visible()
    assert "results.csv" in page.locator(".paper").inner_text()


def test_the_pdf_has_no_more_sheets_than_figures_and_a_few(page: Page) -> None:
    """A sheet for each figure at most: a broken one would take two."""
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    sheets = len(re.findall(rb"/Type\s*/Page\b(?!s)", printed))
    figures = page.locator("section > figure").count()
    assert figures / 3 < sheets <= figures + BESIDES
    boxes = {tuple(map(float, box.split())) for box in re.findall(rb"/MediaBox \[(.*?)\]", printed)}
    sides = [side / 72 * 25.4 for side in next(iter(boxes))[2:]]
    assert len(boxes) == 1
    assert sides == pytest.approx(SHEET_MM, abs=1)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_many_schemes_fit_every_screen(browser: Browser, many_rendered: Path, theme: str) -> None:
    """No label cut, no scroll sideways, with everything unfolded."""
    context = browser.new_context(color_scheme=theme)  # type: ignore[arg-type]  # one of the two
    page = context.new_page()
    page.goto((many_rendered / "index.html").as_uri())
    page.locator("summary").evaluate_all("all => all.forEach(one => one.click())")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CUT) == []
    context.close()


def test_a_page_of_many_schemes_is_small(many_rendered: Path) -> None:
    """Mailed, attached, opened on a phone."""
    assert (many_rendered / "index.html").stat().st_size < 2_000_000
