"""The page as text: valid, self-contained, and honest about what it shows."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from msgspec import structs

from bench.records import Cell, Gate, write_cell
from reports import html, theme
from reports.caveats import caveats
from reports.charts import CHARTS
from reports.document import Document, compose
from reports.loading import load
from reports.results import evaluate

from . import synthetic
from .conftest import assert_golden
from .test_charts import ELSEWHERE


class Outline(HTMLParser):
    """What of a page can be checked without a browser."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.tags: list[str] = []
        self.references: list[str] = []
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what is there."""
        self.tags.append(tag)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        for name, value in attrs:
            self.attributes.append((name, value or ""))
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "xlink:href") and (value or "").startswith("#"):
                self.references.append((value or "")[1:])
            if name == "aria-labelledby":
                self.references += (value or "").split()


def sentences(text: str) -> list[str]:
    """Split prose where one sentence ends and the next begins."""
    return re.split(r"(?<=[.?!]) (?=[A-Z\d])", text)


def words_in(sentence: str) -> int:
    """Count the words of a sentence."""
    return len(re.findall(r"[\w.,/%-]*\w[\w.,/%-]*", sentence))


@pytest.fixture(scope="module")
def page(document: Document) -> str:
    """The page."""
    return html.page(document)


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    """The page, read."""
    outline = Outline()
    outline.feed(page)
    return outline


def test_headings_are_in_order(outline: Outline) -> None:
    """One h1, and no level skipped."""
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    steps = zip(outline.headings, outline.headings[1:], strict=False)
    assert all(after - before <= 1 for before, after in steps)


def test_ids_are_unique_and_references_lead_somewhere(outline: Outline) -> None:
    """Twelve drawings in one page, each with its own clip paths and markers."""
    assert len(outline.ids) == len(set(outline.ids))
    assert set(outline.references) <= set(outline.ids)


def test_policy_allows_one_style_sheet_and_one_script(page: str, outline: Outline) -> None:
    """No style attribute, no handler, no request; the hashes are those of what stands there."""

    def digest(pattern: str) -> str:
        found = re.search(pattern, page, re.DOTALL)
        assert found is not None
        return "sha256-" + base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()

    style, script = digest(r"<style>(.*?)</style>"), digest(r"<script>(.*?)</script>")
    policy = f"default-src 'none'; style-src '{style}'; script-src '{script}'; img-src data:; base"
    assert policy in page.replace("&#39;", "'")
    assert outline.tags.count("script") == 3
    assert outline.tags.count("style") == 1
    assert "style" not in {name for name, _ in outline.attributes}
    assert not any(name in ("src", "srcset", "onclick") for name, _ in outline.attributes)


def test_every_chart_has_a_claim_an_answer_and_a_table(document: Document, page: str) -> None:
    """A figure one cannot see is still read."""
    figures = [figure for section in document.sections for figure in section.figures]
    assert {figure.name for figure in figures} == set(CHARTS) - ELSEWHERE
    for figure in figures:
        assert not figure.title.endswith(("?", "."))
        assert re.search(r"\d", figure.caption)
        assert max(map(words_in, sentences(figure.caption))) <= 20, figure.caption
        assert max(map(words_in, sentences(figure.reading))) <= 30, figure.reading
        assert figure.table.rows
        assert f'aria-labelledby="title-{figure.name} caption-{figure.name}"' in page


def test_every_colour_drawn_has_a_dark_twin(document: Document) -> None:
    """A colour outside the theme would stay light on a dark page."""
    for section in document.sections:
        for figure in section.figures:
            for drawn in (figure.wide, figure.narrow):
                colours = set(re.findall(r"#[0-9a-fA-F]{6}\b", drawn))
                assert {colour.lower() for colour in colours} <= theme.DARK.keys(), figure.name
                assert not re.search(r"(fill|stroke): (black|white|#000)\b", drawn)


@pytest.mark.parametrize("dark", [False, True])
def test_text_has_the_contrast_of_aa(dark: bool) -> None:
    """4.5 to 1 for ink and captions, 3 to 1 for marks, on the surface of either theme."""

    def shade(colour: str) -> str:
        return theme.DARK[colour] if dark else colour

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(one: str, other: str) -> float:
        light, deep = sorted([luminance(shade(one)), luminance(shade(other))], reverse=True)
        return (light + 0.05) / (deep + 0.05)

    for text in (theme.INK, theme.MUTED, theme.ALARM):
        assert contrast(text, theme.SURFACE) >= 4.5
    for mark in (theme.SESSION, theme.TOKEN, theme.CONTROL):
        assert contrast(mark, theme.SURFACE) >= 3


def test_a_failed_gate_marks_the_figures_it_touches(tmp_path: Path) -> None:
    """In words at the top, in the list with why and what to do, hatched in their charts."""
    note = "session-cookie-redis: a tampered credential gave 200"
    gate = Gate(name="tampered_refused", passed=False, value=200, limit=401, note=note)
    shape = synthetic.Shape(
        blocks=2, samples=50, trials=2, gates=(gate,), loads=False, measures=("lookup", "payload")
    )
    found = compose(evaluate(load(synthetic.write(tmp_path / "run", shape=shape))))
    page = html.page(found)
    assert not found.valid
    assert found.summary.endswith("withheld")
    assert f">{found.summary}<" in page
    assert "FAILED</span> <span><strong>tampered refused</strong>: 200, limit 401" in page
    [reserved] = found.figures
    assert (reserved.validity, reserved.about) == ("withheld", "lookup")
    command = "python -m bench run --only lookup --schemes session-cookie-redis"
    assert f"Measure again: <code>{command}</code>" in page
    hatched = {
        section.name: {"WITHHELD" in figure.wide for figure in section.figures}
        for section in found.sections
        if section.figures
    }
    assert True in hatched["lookup"]
    assert hatched["payload"] == {False}


def test_a_valid_run_is_not_hatched(document: Document) -> None:
    """The mark means something only if it can be absent."""
    assert document.valid
    assert not any(
        "WITHHELD" in figure.wide for section in document.sections for figure in section.figures
    )


def test_a_known_delay_that_is_missed_makes_the_run_not_valid(tmp_path: Path) -> None:
    """The instrument itself is wrong then."""
    costs = {**synthetic.Truth().cost_us, "control-delay-100us": 160.0}
    shape = synthetic.Shape(blocks=4, samples=100, loads=False, measures=("lookup",))
    folder = synthetic.write(tmp_path / "run", synthetic.Truth(cost_us=costs), shape)
    found = evaluate(load(folder))
    assert [v.name for v in found.verdicts if not v.passed] == ["known_delay_recovered"]


def test_what_a_record_says_is_escaped(document: Document) -> None:
    """A scheme of a stranger's package may be called anything."""
    arm, claim = document.schemes[0]
    hostile = structs.replace(arm, name="<script>alert(1)</script>")
    page = html.page(replace(document, schemes=[(hostile, claim)], run='"><img src=x>'))
    assert "<script>alert" not in page
    assert "<img" not in page


def test_what_a_record_says_cannot_end_the_data_of_the_form(document: Document) -> None:
    """The data stands in a script element, which ends at the first closing tag."""
    hostile = {**document.facts, "run": "</script><script>alert(1)</script>"}
    page = html.page(replace(document, facts=hostile))
    assert page.count("</script>") == 3
    data = re.search(r'id="advice-data">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    assert json.loads(data[1])["run"] == hostile["run"]


def test_a_run_of_nothing_has_no_form_and_no_script(tmp_path: Path) -> None:
    """There is nothing to answer, so nothing runs, and the page says so."""
    shape = synthetic.Shape(measures=())
    page = html.page(compose(evaluate(load(synthetic.write(tmp_path / "run", shape=shape)))))
    assert "<script" not in page
    assert "script-src" not in page
    assert 'id="choose"' not in page
    assert "This run measured too little to draw a conclusion." in page


def test_no_sentence_before_the_figures_is_long(page: str) -> None:
    """A reader of the first screens decodes nothing: 25 words a sentence at most."""
    shown = page[page.index("<main>") : page.index('id="specialists"')]
    shown = re.sub(r"<(svg|details|script|table|select)\b.*?</\1>", " ", shown, flags=re.DOTALL)
    for element in re.findall(r"<(?:p|h\d|span|li|figcaption)\b[^>]*>([^<]+)<", shown):
        for sentence in sentences(element.strip()):
            assert words_in(sentence) <= 25, sentence


def test_every_finding_links_to_what_shows_it(document: Document, outline: Outline) -> None:
    """To a figure where there is one, and in the words of its claim."""
    assert 3 <= len(document.findings) <= 5
    for finding in document.findings:
        assert finding.anchor in outline.ids
        assert finding.place


def test_page_is_small(page: str) -> None:
    """Mailed, attached, opened on a phone."""
    assert len(page.encode()) < 2_000_000


def test_page_is_as_it_was(page: str) -> None:
    """All of its words and elements; drawings, style and script are held elsewhere."""
    text = re.sub(r"<svg.*?</svg>", "<svg/>", page, flags=re.DOTALL)
    for tag in ("style", "script"):
        text = re.sub(rf"(<{tag}[^>]*>).*?(</{tag}>)", r"\1\2", text, flags=re.DOTALL)
    assert_golden("index.html", re.sub(r"sha256-[\w+/=]+", "sha256", text))


def test_markdown_is_as_it_was(rendered: Path) -> None:
    """The whole text of a report; read the difference before updating it."""
    assert_golden("report.md", (rendered / "report.md").read_text())


def test_markdown_images_exist(rendered: Path) -> None:
    """Relative, so that a code host shows them."""
    text = (rendered / "report.md").read_text()
    images = re.findall(r'(?:src|srcset)="(charts/[^"]+)"', text)
    # Each in both themes, and the first picture.
    assert len(images) == 2 * (len(CHARTS.keys() - ELSEWHERE) + 1)
    assert all((rendered / image).is_file() for image in images)


def test_few_blocks_are_warned_of(tmp_path: Path, document: Document) -> None:
    """Three blocks hold in three of four runs, and the report says so."""
    shape = synthetic.Shape(blocks=3, samples=20, loads=False, measures=("lookup",))
    found = caveats(evaluate(load(synthetic.write(tmp_path / "run", shape=shape))))
    assert any("hold in about 75 of 100 runs" in caveat for caveat in found)
    assert not any("of 100 runs" in caveat for caveat in document.caveats)


def test_a_machine_that_changed_its_speed_is_told(tmp_path: Path) -> None:
    """Another guest on the same core takes no time that anybody counts."""
    folder = synthetic.write(tmp_path / "run")
    for number, took_us in enumerate((480.0, 500.0, 990.0)):
        figures = {"fixed_work_us": took_us}
        labels = {"design": "interleaved", "load": "low"}
        id_ = f"9{number}-calibration"
        cell = Cell(id=id_, measure="calibration", arm="control", figures=figures, labels=labels)
        assert not any("changed its speed" in caveat for caveat in caveats(evaluate(load(folder))))
        write_cell(folder, cell)
    assert any("took 480 to 990" in caveat for caveat in caveats(evaluate(load(folder))))
