"""The advice: what fits, cheapest over a login's life first, ties by what outages do."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reports.advice import Advice, Facts, Question, advise, describe, facts
from reports.advice.texts import NUMBERS, TEXTS
from reports.loading import load
from reports.measures.journey import EVERY_S, TOKENS_S
from reports.question import CHOICES
from reports.question import NUMBERS as ASKED
from reports.results import Results, evaluate

from . import lives, situations, synthetic
from .situations import (
    CACHED,
    DENYLIST,
    ES256,
    HS256,
    HS256_COOKIE,
    MEMORY,
    NOTHING,
    SESSION,
    SESSION_BEARER,
    SITUATIONS,
    SNAPSHOT,
    Situation,
)
from .test_cli import refused, reports

USUAL = Question()


@pytest.fixture(scope="module")
def known(results: Results) -> Facts:
    """What the synthetic run knows: no prices of events."""
    return facts(results)


@pytest.fixture(scope="module")
def priced(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A run that took the prices of two schemes."""
    folder = tmp_path_factory.mktemp("runs") / "priced"
    synthetic.write(folder, shape=synthetic.Shape(measures=()))
    lives.write(folder)
    return evaluate(load(folder))


def lacking(advice: Advice, scheme: str) -> list[str]:
    """Return why *scheme* cannot be chosen."""
    one = next(one for one in advice.ranked if one.name == scheme)
    return [lack["text"] for lack in one.lacks]


def arguments(advice: Advice) -> list[str]:
    """Return what argues against the first choice."""
    return [one["text"] for one in advice.against]


def asked(**given: Any) -> Advice:
    """Return the advice of the made-up run for the usual question but for what is *given*."""
    return advise(situations.known(), replace(USUAL, **given))


def changed(scheme: str, **given: Any) -> Facts:
    """Return what the made-up run knows, but for what is *given* of *scheme*."""
    made = situations.known()
    for one in made["schemes"]:
        if one["name"] == scheme:
            one.update(given)
    return made


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.words)
def test_the_answer_is_that_of_a_senior_architect(situation: Situation) -> None:
    """The first that lacks nothing, or none."""
    first = asked(**situation.asked).ranked[0]
    assert (NOTHING if first.lacks else first.name) == situation.answer, first.lacks


def test_there_are_thirty_situations_and_they_differ() -> None:
    assert len(SITUATIONS) >= 30
    assert len({one.words for one in SITUATIONS}) == len(SITUATIONS)
    assert len({one.answer for one in SITUATIONS}) >= 9


@pytest.mark.parametrize("verifier", ["teams", "third"])
def test_hs256_is_never_advised_where_others_verify(verifier: str) -> None:
    """Whatever else is asked: whoever can verify it can mint it."""
    for caller in CHOICES["caller"][1]:
        for within in (0, 10, 1e6):
            for one in asked(caller=caller, verifier=verifier, revoke_within_s=within).ranked:
                if "hs256" in one.name:
                    assert f"{verifier}_mint" in [lack["text"] for lack in one.lacks]


def test_a_scheme_without_figures_is_not_measured_and_comes_last() -> None:
    """It is never ranked as cheap, though it lacks nothing else."""
    known = changed(HS256, measured=False)
    advice = advise(known, replace(USUAL, caller="service", revoke_within_s=600, every_s=1))
    assert lacking(advice, HS256) == ["not_measured"]
    assert advice.ranked[-1].name == HS256
    assert advice.ranked[-1].cost_us is None
    assert f"{HS256}  not measured" in describe(known, advice)


@pytest.mark.parametrize("every_s", EVERY_S)
def test_at_the_runs_own_conditions_it_says_what_the_run_measured(
    priced: Results, every_s: float
) -> None:
    """The cost of a request, as the row has it, for every lifetime of a token."""
    for token_s in TOKENS_S:
        question = Question(every_s=every_s, token_s=token_s, round_trip_ms=0, claims=0)
        advice = advise(facts(priced), question)
        costs = {one.name: one.cost_us for one in advice.ranked if one.cost_us is not None}
        assert set(costs) == {lives.SESSION, lives.TOKEN}
        for scheme, cost in costs.items():
            at = {"lifetime_s": token_s} if scheme == lives.TOKEN else {}
            row = priced.find("journey_request_us", scheme, every_s=every_s, **at)
            assert row is not None
            assert cost == pytest.approx(row.value, rel=1e-4)


def test_renewals_decide_between_session_and_token() -> None:
    """At one request a second the token is cheaper, at one in five minutes the session."""
    for every_s, first in ((1, HS256), (300, SESSION_BEARER)):
        advice = asked(caller="service", revoke_within_s=600, token_s=60, every_s=every_s)
        assert advice.ranked[0].name == first


def test_a_client_in_the_background_renews_though_nobody_asks() -> None:
    """An app that is used once an hour renews twelve tokens of five minutes for it."""
    known = situations.known()
    given: dict[str, Any] = {"every_s": 3600, "token_s": 300, "revoke_within_s": 600, "claims": 0}
    costs = {}
    for caller in ("service", "mobile"):
        ranked = advise(known, replace(USUAL, caller=caller, round_trip_ms=0, **given)).ranked
        costs[caller] = next(one.cost_us or 0.0 for one in ranked if one.name == HS256)
    assert costs["mobile"] - costs["service"] == pytest.approx(620 * (12 - 0.82), rel=0.02)


def test_lifetime_poll_and_cache_are_variables() -> None:
    """Each moves the bound of its own kind, and of no other."""
    for field, scheme in (("token_s", HS256), ("poll_s", SNAPSHOT), ("cache_s", CACHED)):
        for seconds in (7.0, 77.0):
            ranked = {one.name: one for one in asked(**{field: seconds}).ranked}
            assert ranked[scheme].bites_s == seconds
            assert ranked[SESSION].bites_s == 0


def test_a_tie_is_shown_and_broken_by_outages() -> None:
    """Two that cost the same: whoever stays in when the store is down comes first."""
    question = replace(USUAL, revoke_within_s=0, every_s=1, cache_s=0)
    advice = advise(changed(CACHED, measured=False), question)
    assert [one.name for one in advice.ranked[:2]] == [SESSION_BEARER, SESSION]
    assert advice.against[0] == {"text": "tie", "others": SESSION}
    known = changed(SESSION, stays_in=True)
    next(one for one in known["schemes"] if one["name"] == CACHED)["measured"] = False
    advice = advise(known, question)
    assert [one.name for one in advice.ranked[:2]] == [SESSION, SESSION_BEARER]
    assert advice.against[0] == {"text": "tie_outage", "others": SESSION_BEARER}


def test_a_clear_difference_is_no_tie() -> None:
    assert not {"tie", "tie_outage"} & set(
        arguments(asked(caller="service", revoke_within_s=600, every_s=1, token_s=600, poll_s=601))
    )


def test_what_the_fault_matrix_says_is_always_printed() -> None:
    """Whether the outage was asked about or not."""
    faults = [{"text": "locked_out", "faults": "refused, hung"}]
    known = changed(SESSION, faults=faults)
    for survive in ("nothing", "revocations"):
        question = replace(USUAL, caller="browser", revoke_within_s=0, survive=survive)
        advice = advise(known, question)
        assert faults[0] in advice.against
        assert "this fault: refused, hung" in describe(known, advice)


def test_a_run_says_which_faults_hit_a_scheme(known: Facts) -> None:
    """As its matrix has them."""
    said = {one["name"]: {f["text"] for f in one["faults"]} for one in known["schemes"]}
    assert said[SESSION] == {"locked_out"}
    assert said[DENYLIST] == {"locked_out", "let_in"}
    assert said[HS256] == set()


def test_a_broken_guarantee_rules_a_scheme_out() -> None:
    """Probes beyond the bound were accepted: whatever it promises, it does not hold."""
    known = changed(HS256, late_accepts=3, worst_s=900.0)
    advice = advise(known, replace(USUAL, revoke_within_s=600))
    assert lacking(advice, HS256) == ["broke_claim", "late_token"]


def test_distance_is_paid_by_whoever_asks_the_store() -> None:
    """One round trip of 3 ms is 3,000 us more; a token pays for its renewals and updates alone."""
    near, far = (
        {one.name: one.cost_us or 0.0 for one in asked(round_trip_ms=ms, every_s=1).ranked}
        for ms in (0.0, 3.0)
    )
    assert far[SESSION] - near[SESSION] == pytest.approx(3_000, rel=0.1)
    assert far[HS256] - near[HS256] < 200


def test_a_store_in_the_process_is_no_round_trip_away() -> None:
    """However far the other stores are."""
    costs = {
        ms: next(o.cost_us for o in asked(round_trip_ms=ms, nodes=1).ranked if o.name == MEMORY)
        for ms in (0.0, 30.0)
    }
    assert costs[0.0] == costs[30.0]


def test_claims_are_interpolated_and_make_the_token_heavier(known: Facts) -> None:
    """32 bytes each, between the numbers of claims that were measured and beyond them."""
    for claims in (0, 2, 10, 100, 200):
        advice = advise(known, replace(USUAL, claims=claims))
        size = next(one.bytes for one in advice.ranked if one.name == HS256)
        assert size == pytest.approx(312 + 32 * claims)


def test_money_follows_from_the_prices_given() -> None:
    """Processor, store operations, traffic and memory of a million requests, each by itself."""
    given = {"caller": "browser", "revoke_within_s": 0, "every_s": 10, "sessions": 1_000_000}
    prices = {
        "core_hour": 0.05,
        "million_operations": 0.2,
        "traffic_gb": 0.1,
        "memory_gb_hour": 3.0,
    }
    assert "money" not in {one["text"] for one in asked(**given).takes}
    each = [_money(asked(**given, **{name: price})) for name, price in prices.items()]
    together = asked(**given, **prices)
    assert _money(together) == pytest.approx(sum(each))
    takes = {one["text"]: one for one in together.takes}
    assert each[1] == pytest.approx(0.2 * takes["operations"]["store_per_s"] / 100_000)
    assert each[2] == pytest.approx(0.1 * 43 / 1000)
    assert each[3] == pytest.approx(3.0 * 0.56 * 10 / 3600)
    assert takes["memory"]["memory_gb"] == pytest.approx(0.56)


def _money(advice: Advice) -> float:
    (found,) = [one["money"] for one in advice.takes if one["text"] == "money"]
    return float(found)


def test_renewals_are_counted_for_tokens_alone() -> None:
    given = {"caller": "service", "revoke_within_s": 600, "every_s": 1, "sessions": 1_000_000}
    takes = {one["text"]: one for one in asked(**given).takes}
    assert takes["renewals"]["renewals"] == pytest.approx(1_000_000 / 301, rel=0.01)
    session = asked(caller="browser", revoke_within_s=0)
    assert "renewals" not in {one["text"] for one in session.takes}


def test_what_lies_beyond_the_run_is_said(known: Facts) -> None:
    """A line prolonged is no measurement, and a check is no life."""
    far = replace(USUAL, round_trip_ms=50, sessions=10**9, revoke_within_s=1)
    assert {"far", "many", "no_prices"} <= set(arguments(advise(known, far)))
    near = replace(USUAL, nodes=1, round_trip_ms=0, sessions=1_000)
    assert not {"far", "many"} & set(arguments(advise(known, near)))
    assert "no_prices" not in arguments(asked())


def test_nothing_that_does_all_is_said_so() -> None:
    advice = asked(verifier="third", revoke_within_s=0)
    assert all(one.lacks for one in advice.ranked)
    assert advice.against == advice.takes == ()
    assert describe(situations.known(), advice).startswith(TEXTS["nothing"])


def test_every_text_can_be_filled_in() -> None:
    """No brace is left over, whatever is asked."""
    made = situations.known()
    for caller in CHOICES["caller"][1]:
        for verifier in CHOICES["verifier"][1]:
            for survive in CHOICES["survive"][1]:
                for within in (0, 60, 600):
                    question = Question(caller, verifier, survive, within, claims=200, core_hour=1)
                    told = describe(made, advise(made, question))
                    assert "{" not in told
                    assert "}" not in told
    assert set(NUMBERS) >= {"cost_us", "bytes"}


def test_the_rows_used_stand_in_the_csv(known: Facts, rendered: Path) -> None:
    """An advice rests on nothing else."""
    with (rendered / "results.csv").open(newline="") as file:
        there = {(row["scheme"], row["metric"]) for row in csv.DictReader(file)}
    for scheme in known["schemes"]:
        assert scheme["rows"] or not scheme["measured"]
        assert {(scheme["name"], metric) for metric, _, _ in scheme["rows"]} <= there


def test_the_command_says_the_same(known: Facts, run_folder: Path) -> None:
    """One line to ask, an answer with its reasons."""
    options = ("--round-trip-ms", "0.2", "--revoke-within-s", "1", "--caller", "browser")
    done = reports("advise", run_folder, *options)
    question = Question(round_trip_ms=0.2, revoke_within_s=1.0, caller="browser")
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip("\n") == describe(known, advise(known, question))


@pytest.mark.parametrize(
    ("option", "value"),
    [("--round-trip-ms", "-1"), ("--token-s", "0"), ("--every-s", "nan"), ("--caller", "robot")],
)
def test_the_command_refuses_nonsense(tmp_path: Path, option: str, value: str) -> None:
    """In a line that names the option."""
    done = reports("advise", tmp_path, f"{option}={value}")
    assert done.returncode == 2
    assert option in done.stderr
    refused(reports("advise", tmp_path), "is not a run")


def test_every_question_has_its_bounds_and_the_usual_one_is_within() -> None:
    for name, number in ASKED.items():
        assert number.least <= getattr(USUAL, name) <= number.most, name
    for name, (_, options) in CHOICES.items():
        assert getattr(USUAL, name) in options
    assert {HS256_COOKIE, ES256} <= {one["name"] for one in situations.known()["schemes"]}
