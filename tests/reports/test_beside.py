"""Schemes of other libraries: told apart, compared by work, and never a twin among the schemes."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reports import html, markdown
from reports.charts import beside
from reports.document import Document, compose
from reports.loading import Regime, Series, load
from reports.measures.beside import ratio
from reports.results import Results, evaluate
from reports.rows import Row
from reports.theme import MARKERS

from . import others, synthetic
from .test_charts import drawn, lines, texts
from .truths import Truth

SHAPE = synthetic.Shape(
    blocks=8, samples=400, loads=False, measures=("lookup",), more_arms=others.ARMS
)


@pytest.fixture(scope="module")
def among_others(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A run with three rivals, and a store pair."""
    folder = tmp_path_factory.mktemp("runs") / "others"
    return evaluate(load(synthetic.write(folder, others.truth(), SHAPE)))


@pytest.fixture(scope="module")
def report(among_others: Results) -> Document:
    """Its report."""
    return compose(among_others)


@pytest.mark.parametrize(
    ("ours", "theirs", "truth"),
    [
        ("session-cookie-redis", others.FLASK_SESSION, 0.5),
        ("token-bearer-hs256-expiry", others.FLASK_JWT, 2.0),
        ("token-bearer-hs256-expiry", others.JOSERFC, 1.0),
    ],
)
def test_the_ratio_recovers_the_truth(
    among_others: Results, ours: str, theirs: str, truth: float
) -> None:
    """Of medians over control, with an interval that holds it."""
    row = among_others.find("cost_ratio_p50", ours, beside=theirs)
    assert row is not None
    assert row.unit == "ratio"
    assert row.value == pytest.approx(truth, rel=0.05)
    assert row.ci_low is not None
    assert row.ci_high is not None
    assert 0.95 * truth < row.ci_low <= row.value <= row.ci_high < 1.05 * truth


def test_what_is_slower_is_said_once_and_nothing_else_is(among_others: Results) -> None:
    """Twice the cost is slower; equal cost is at most not told; half the cost is no sentence."""
    said = list(beside.slower(among_others))
    certain = [one for one in said if " is slower than " in one and "cannot tell" not in one]
    assert len(certain) == 1
    assert "token-bearer-flaskjwt-expiry (Flask-JWT-Extended 4.7.1)" in certain[0]
    assert not any(others.FLASK_SESSION in one for one in said)


@pytest.mark.parametrize(
    ("cost_us", "said"),
    [
        (20.0, r"is slower than .*itsdangerous.*It checks a signature and an age, and no claims\."),
        (80.0, r"^No scheme of ours costs more than a library that does the same work\.$"),
    ],
)
def test_what_is_not_slower_and_what_is_not_compared_is_said_too(
    tmp_path: Path, cost_us: float, said: str
) -> None:
    """And of work that is not quite the same, in what it is not."""
    signed, alone = "token-bearer-itsdangerous-expiry", "token-bearer-simplejwt-blacklist-postgres"
    arms = (
        others.rival(
            signed,
            "token",
            "itsdangerous 2.2.0",
            "token-bearer-hs256-expiry",
            apart="checks a signature and an age, and no claims",
        ),
        others.rival(alone, "token", "simplejwt 5.5.1", "token-bearer-hs256-denylist-postgres"),
    )
    costs = {**Truth().cost_us, signed: cost_us, alone: 500.0}
    truth = Truth(cost_us=costs)
    results = evaluate(load(synthetic.write(tmp_path, truth, replace(SHAPE, more_arms=arms))))
    remarks = list(beside.slower(results))
    assert len(remarks) == 2
    assert re.search(said, remarks[0])
    assert f"does the work of {alone}." in remarks[1]


def test_a_rival_that_costs_nothing_has_no_ratio() -> None:
    """Dividing by what may be zero would make any number."""
    control = Series("control", Regime(), {block: np.array([0.0]) for block in range(6)})
    ours = Series("ours", Regime(), {block: np.array([5.0]) for block in range(6)})
    near = {block: np.array([1.0 if block % 2 else -0.5]) for block in range(6)}
    assert ratio(ours, Series("theirs", Regime(), near), control, seed=1) is None
    assert ratio(ours, Series("theirs", Regime(), ours.blocks), control, seed=1) is not None


def test_rivals_have_a_shape_and_a_word_of_their_own(among_others: Results) -> None:
    """In the legend by words, at the mark by another marker."""
    for name, axes in (
        ("lookup-cost", drawn(among_others, "lookup-cost")),
        ("beside-cost", drawn(among_others, "beside-cost")),
    ):
        said = texts(axes)
        assert "session of another library" in said, name
        assert "token of another library" in said, name
        assert len(lines(axes, MARKERS["session of another library"])) == 1, name
        assert len(lines(axes, MARKERS["token of another library"])) == 2, name


def test_an_axis_is_logarithmic_where_one_would_press_all_others_against_zero() -> None:
    """And linear from zero where an interval reaches it."""

    def at(value: float, low: float) -> Row:
        return Row("r", "lookup", "x", "auth_us_cost_p50", "us", value, low, value + 1)

    assert beside._far_apart([at(10.0, 9.0), at(200.0, 190.0)])
    assert not beside._far_apart([at(10.0, 9.0), at(150.0, 140.0)])
    assert not beside._far_apart([at(10.0, -0.1), at(200.0, 190.0)])


def test_tables_name_the_library(report: Document) -> None:
    """Beside the scheme, on the first screen too."""
    named = f"{others.FLASK_SESSION} (Flask-Session 0.8.0)"
    assert named in [row[0] for row in report.glance_all.rows]
    tables = {f.name: f.table for section in report.sections for f in section.figures}
    assert named in [row[0] for row in tables["lookup-cost"].rows]
    assert named in [row[1] for row in tables["beside-cost"].rows]


def test_the_report_has_the_section_only_with_rivals(report: Document, document: Document) -> None:
    """Chart, sentences, in both forms."""
    assert "beside" not in [section.name for section in document.sections]
    section = next(one for one in report.sections if one.name == "beside")
    for text in (html.page(report), markdown.text(report)):
        assert "Ours beside other libraries" in text
        assert "is slower than" in text
    assert [figure.name for figure in section.figures] == ["beside-cost"]


def test_the_store_pair_is_noise_and_no_scheme(among_others: Results, report: Document) -> None:
    """A second floor with its row; in no chart, no table, no ranking."""
    row = among_others.find("aa_noise_store_us", others.AGAIN, layer="span")
    assert row is not None
    assert others.STORE_NOISE_US <= row.value < others.STORE_NOISE_US + 2
    assert any("with a store differ by" in floor for floor in report.floors)
    assert others.AGAIN not in [name["name"] for name in report.facts["schemes"]]
    shown = [report.glance_all, *(f.table for s in report.sections for f in s.figures)]
    assert not any(others.AGAIN in cell for table in shown for line in table.rows for cell in line)
    for section in report.sections:
        assert not any(others.AGAIN in figure.wide for figure in section.figures)
    assert not any(others.AGAIN in finding.text for finding in report.findings)
    assert not any("flaskjwt" in finding.text for finding in report.findings[:1])
    claim = next(claim for arm, claim in report.schemes if arm.name == others.AGAIN)
    assert re.search("second measurement", claim)
