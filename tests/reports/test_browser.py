"""The page in a real Chromium: silent, still, and no wider than its window."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

from reports.advice import Facts, Question, advise, answer, facts, say
from reports.answer import System
from reports.answer import answer as first_screen
from reports.answer import known as first_facts
from reports.question import CHOICES
from reports.results import Results

from . import situations

pytestmark = pytest.mark.browser

WIDTHS = (400, 1000, 1600)
CUT = """() => [...document.querySelectorAll('figure svg')]
    .filter(svg => svg.checkVisibility())
    .flatMap(svg => {
      const outer = svg.getBoundingClientRect();
      return [...svg.querySelectorAll('text')].filter(text => {
        const inner = text.getBoundingClientRect();
        return inner.left < outer.left - 1 || inner.right > outer.right + 1
          || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1;
      }).map(text => text.textContent);
    })"""
"""The texts of the drawings that are shown which end outside of them."""


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
        assert page.locator(f"#lookup {shown} svg").first.is_visible()
        assert not page.locator(f"#lookup {hidden} svg").first.is_visible()


def test_no_label_is_cut(page: Page) -> None:
    """Every text of every drawing ends inside it."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(CUT) == []


def test_every_drawing_has_a_name(page: Page) -> None:
    """What a screen reader says is the claim and its figures."""
    for drawing in page.locator("figure[id] > div > svg[role=img]").all():
        label = drawing.evaluate(
            "one => one.getAttribute('aria-labelledby').split(' ')"
            ".map(id => document.getElementById(id).textContent).join(' ')"
        )
        assert len(label) > 40


def test_axe_finds_nothing(page: Page) -> None:
    """Names, roles, contrast, order, with every fold open."""
    page.locator("summary").evaluate_all("all => all.forEach(one => one.click())")
    for width in WIDTHS[:2]:
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_the_form_ranks_as_the_command_does(page: Page, results: Results) -> None:
    """One table of data, two languages: the same order, lacks and arguments over a grid."""
    differ: dict[str, list[Any]] = {
        "caller": list(CHOICES["caller"][1]),
        "verifier": list(CHOICES["verifier"][1]),
        "survive": ["nothing", "both"],
        "revoke_within_s": [0.0, 600.0],
        "every_s": [0.5, 7_200.0],
        "round_trip_ms": [0.0, 7.0],
    }
    grid = product(*differ.values())
    asked = [Question(**dict(zip(differ, one, strict=True))) for one in grid]
    asked += [
        Question(claims=500),
        Question(survive="logins", revoke_within_s=2),
        Question(survive="revocations", claims=3),
        Question(nodes=1, sessions=10**8, cache_s=0, poll_s=1),
        Question(token_s=3600, caller="mobile", core_hour=0.04, memory_gb_hour=0.01),
        Question(revoke_within_s=1e6, million_operations=0.2, traffic_gb=0.09, sessions=1),
    ]
    for known in (facts(results), situations.known()):
        _hold(page, known, asked)


def _hold(page: Page, known: Facts, asked: list[Question]) -> None:
    """Both say the same of every question, given the same data."""
    page.evaluate("known => globalThis.adviceData(known)", known)
    given = page.evaluate("all => all.map(one => globalThis.advise(one))", list(map(asdict, asked)))
    for question, there in zip(asked, given, strict=True):
        here = advise(known, question)
        assert [one["name"] for one in there["ranked"]] == [one.name for one in here.ranked]
        for one, other in zip(there["ranked"], here.ranked, strict=True):
            assert one["cost_us"] == pytest.approx(other.cost_us, rel=1e-12)
            assert one["bytes"] == pytest.approx(other.bytes, rel=1e-12)
            assert one["lacks"] == list(other.lacks)
        assert there["said"] == [say(known, one) for one in (*here.against, *here.takes)]
        assert there["answer"] == answer(known, here.ranked[0])


def test_the_form_works_by_keyboard_and_answers_at_once(page: Page) -> None:
    """Tab to a field, type, and read; what makes no sense is marked and changes nothing."""
    page.locator("#choose > summary").click()
    field = page.get_by_label("A revocation must work within, s")
    field.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("1")
    choice = page.locator("#advice-answer .choice")
    assert "session-cookie-redis" in choice.inner_text()
    page.get_by_label("Nodes that answer requests").fill("1")
    assert "session-cookie-memory" in choice.inner_text()
    nodes = page.get_by_label("Nodes that answer requests")
    nodes.fill("0")
    assert nodes.get_attribute("aria-invalid") == "true"
    assert "session-cookie-memory" in choice.inner_text()


def test_keyboard_reaches_the_tables(page: Page) -> None:
    """Tab to a fold, Enter to open it."""
    fold = page.locator("figure summary").first
    fold.focus()
    page.keyboard.press("Enter")
    assert page.locator("figure details table").first.is_visible()


def test_the_first_screen_says_in_the_page_what_python_says(page: Page, results: Results) -> None:
    """One set of texts, two languages: every sentence alike, over a grid of systems and pairs."""
    data = first_facts(results)
    systems = [
        System(rtt_ms, life_s, every_s, 20.0, need_s, survive)
        for rtt_ms in (0.0, 0.5, 5.0)
        for life_s, every_s in ((60.0, 120.0), (900.0, 10.0), (86_400.0, 0.1))
        for need_s in (0.0, 2.0, 900.0)
        for survive in ("nothing", "logins", "revocations", "both")
    ]
    ids = [one["id"] for one in data["schemes"]]
    pairs = [("", ""), *((one, other) for one in ids for other in ids if one != other)]
    asked = [(asdict(one), *pairs[place % len(pairs)]) for place, one in enumerate(systems * 2)]
    said = page.evaluate("all => all.map(one => globalThis.firstScreen.answer(...one))", asked)
    for (system, first, second), there in zip(asked, said, strict=True):
        here = asdict(first_screen(data, System(**system), first, second))
        assert there == json.loads(json.dumps(here)), (system, first, second)


def test_sliders_answer_at_once_and_go_into_the_address(page: Page) -> None:
    """By keyboard; the link opens the same view, and one that makes no sense changes nothing."""
    before = page.locator("#headline").inner_text()
    page.get_by_label("Your store is").focus()
    page.keyboard.press("End")
    page.get_by_label("Access tokens live").focus()
    page.keyboard.press("Home")
    headline, ends = page.locator("#headline").inner_text(), page.locator("#ends").inner_text()
    assert "5 ms away" in headline != before
    assert "up to 1 min" in ends
    link = page.url
    assert "rtt_ms=5" in link
    page.evaluate("link => { location.hash = link }", "#rtt_ms=x&life_s=&a=no-such&need_s=0")
    page.wait_for_function("document.getElementById('need_s-said').textContent === 'at once'")
    assert page.locator("#headline").inner_text() == headline
    page.evaluate("link => { location.hash = new URL(link).hash }", link)
    page.wait_for_function("document.getElementById('need_s-said').textContent !== 'at once'")
    assert page.locator("#ends").inner_text() == ends


def test_marks_are_read_and_chosen_by_keyboard(page: Page) -> None:
    """Arrows go from mark to mark, which says its numbers; Enter puts it into the table."""
    page.locator("#plot .mark[tabindex='0']").focus()
    page.keyboard.press("ArrowUp")
    said = page.locator("#mark-said").inner_text()
    assert "adds" in said
    page.keyboard.press("Enter")
    title = said.partition(":")[0]
    picked = page.locator(".versus select").evaluate_all(
        "all => all.map(one => one.selectedOptions[0].textContent)"
    )
    assert title in picked


def test_without_a_script_the_page_answers_for_a_usual_system(
    browser: Browser, rendered: Path
) -> None:
    """The same words, and a picture that stands still."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((rendered / "index.html").as_uri())
    assert page.locator(".still .wide svg").is_visible()
    assert not page.locator("#system").is_visible()
    assert "times as much" in page.locator("h1").inner_text()
    context.close()


MOST_WORDS, MOST_FIGURES, MOST_SCREENS = 1_200, 10, 12
WORDS = """() => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let words = 0;
    while (walk.nextNode()) {
      const around = walk.currentNode.parentElement;
      if (around.closest('svg, script, style, select, .hidden')) continue;
      if (!around.checkVisibility()) continue;
      words += walk.currentNode.textContent.split(/\\s+/).filter(Boolean).length;
    }
    return words;
}"""
"""How many words somebody sees who opens no fold; labels of drawings and menus are none."""


def test_the_published_page_is_short(browser: Browser) -> None:
    """What people send each other is read to its end: words, figures, screens of a laptop."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto((Path(__file__).parents[2] / "docs/example-report/index.html").as_uri())
    assert 300 < page.evaluate(WORDS) <= MOST_WORDS
    shown = "[...document.querySelectorAll('figure')].filter(one => one.checkVisibility()).length"
    assert 0 < page.evaluate(shown) <= MOST_FIGURES
    assert page.evaluate("document.documentElement.scrollHeight") <= 720 * MOST_SCREENS
    page.close()


def test_the_reader_finds_their_own_store_in_the_figure(page: Page) -> None:
    """The line moves with the slider to where the axis has that distance, and says so."""
    page.set_viewport_size({"width": 1280, "height": 900})
    figure = page.locator("#lookup-break-even .wide")
    assert figure.locator(".yours text").text_content() == "your store: 0.5 ms"
    scale = figure.locator(".distances path").first
    ends = scale.evaluate(
        "one => { const at = one.getBoundingClientRect(); return [at.left, at.right]; }"
    )
    for place, share in ((0, 0.0), (6, 1.0), (10, 1.0)):
        page.locator("#set-rtt_ms").fill(str(place))
        line = figure.locator(".yours path").first.bounding_box()
        assert line is not None
        assert line["x"] + line["width"] / 2 == pytest.approx(
            ends[0] + share * (ends[1] - ends[0]), abs=1.5
        )
    assert figure.locator(".yours text").text_content() == "your store: 5 ms, beyond this"


def test_present_shows_one_figure_a_screen_by_keyboard(browser: Browser, rendered: Path) -> None:
    """Arrows turn and stop at the ends, Escape ends it; without it nothing is hidden."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    address = (rendered / "index.html").as_uri()
    page.goto(address)
    figures = page.locator("figure[id]:has(svg)").count()
    assert page.locator(".now").count() == 0
    page.goto(f"{address}?present")
    said = page.locator(".presented")

    def shown() -> tuple[str, str]:
        [name] = page.locator(".now").evaluate_all("all => all.map(one => one.id)")
        box = page.locator(".now").bounding_box()
        assert box == {"x": 0, "y": 0, "width": 1280, "height": 720}
        return name, said.inner_text().partition(".")[0]

    first, place = shown()
    assert place == f"Figure 1 of {figures}"
    page.keyboard.press("ArrowLeft")
    assert shown()[0] == first
    page.keyboard.press("ArrowRight")
    second, place = shown()
    assert (second != first, place) == (True, f"Figure 2 of {figures}")
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("End")
    assert shown()[1] == f"Figure {figures} of {figures}"
    page.keyboard.press("Escape")
    assert page.locator(".now").count() == said.count() == 0
    assert page.locator("#headline").is_visible()
    page.close()


def test_a_scheme_is_lit_in_every_figure_at_once(page: Page) -> None:
    """Pointing lights it up, a click keeps it, and Escape lets go."""

    def of(figure: str, title: str) -> Locator:
        marks = page.locator(f"#{figure} .wide svg g:has(> title)")
        return marks.filter(has=page.locator("title", has_text=title)).first

    page.set_viewport_size({"width": 1280, "height": 900})
    here, there = (
        of("lookup-cost", "Session in Redis:"),
        of("lookup-break-even", "Session in Redis:"),
    )
    other = of("lookup-break-even", "JWT without revocation:")

    def seen() -> list[str]:
        return [str(one.get_attribute("class") or "") for one in (here, there, other)]

    here.dispatch_event("pointerenter")
    assert seen() == ["lit", "lit", "dim"]
    here.dispatch_event("pointerleave")
    assert seen() == ["", "", ""]
    here.dispatch_event("click")
    here.dispatch_event("pointerleave")
    assert seen() == ["lit", "lit", "dim"]
    page.keyboard.press("Escape")
    assert seen() == ["", "", ""]
