"""Lines that lie together are drawn once, and counted; few lines are all drawn."""

from __future__ import annotations

import re

import pytest

from reports import headline
from reports.charts import CHARTS, alike
from reports.results import Results

from .test_charts import drawn, texts

LINED = ("lookup-break-even", "lookup-population", "lookup-claims", "payload-growth")


@pytest.mark.parametrize("name", LINED)
def test_of_many_lines_few_are_drawn_and_the_others_counted(
    many_results: Results, name: str
) -> None:
    """No more than can be named at their ends; the table has every scheme."""
    chart = CHARTS[name]
    reading, table = chart.reading(many_results), chart.table(many_results)
    schemes = set(many_results.costs(headline.COST))
    titles = {many_results.title(scheme) for scheme in schemes}
    said = texts(drawn(many_results, name)).splitlines()
    named = [line for line in said if re.sub(r" \+\d+$", "", line) in titles]
    assert 1 < len(named) <= alike.MOST
    counts = [re.search(r" \+(\d+)$", line) for line in named]
    others = sum(int(found[1]) for found in counts if found)
    assert len(named) + others == len(schemes)
    assert f"The table lists all {len(schemes)}." in reading
    assert schemes <= {line[0] for line in table.rows}


def test_few_lines_are_all_drawn(results: Results) -> None:
    """And nothing is said of a choice."""
    lines = {scheme: {0.0: 1.0} for scheme in results.costs(headline.COST)}
    found = alike.chosen(results, lines)
    assert found.drawn == list(lines)
    assert found.remark == ""


def test_only_lines_of_one_mechanism_that_are_near_all_along_stand_for_another(
    many_results: Results,
) -> None:
    """A tenth apart at one place is apart; and a session never stands for a token."""
    schemes = list(many_results.costs(headline.COST))
    lines = {scheme: {0.0: 10.0 * 3.0**place, 1.0: 10.0} for place, scheme in enumerate(schemes)}
    assert len(alike.chosen(many_results, lines).drawn) == len(schemes)
    flat = {scheme: {0.0: 10.0, 1.0: 10.0} for scheme in schemes}
    found = alike.chosen(many_results, flat)
    assert {many_results.mechanism(scheme) for scheme in found.drawn} == {"session", "token"}
    assert len(found.drawn) == 2
    steps = {scheme: 1.5 * (place % 2) for place, scheme in enumerate(schemes)}
    apart = {scheme: {0.0: 10.0, 1.0: 10.0 + step} for scheme, step in steps.items()}
    assert len(alike.chosen(many_results, apart).drawn) == 4
