"""The ranking: cheapest of those that lack nothing, and what argues against the first."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from reports.advice import Advice, Facts, Question, advise, describe, facts
from reports.advice.texts import NUMBERS, TEXTS
from reports.results import Results

from .test_cli import refused, reports

EASY = Question(round_trip_ms=0.0, nodes=1, sessions=1_000, claims=0, revoke_within_s=3600)
SESSION, TOKEN = "session-cookie-redis", "token-bearer-hs256-expiry"
DENYLIST = "token-bearer-hs256-denylist-redis"


@pytest.fixture(scope="module")
def known(results: Results) -> Facts:
    """What the synthetic run knows."""
    return facts(results)


def lacking(advice: Advice, scheme: str) -> list[str]:
    """Give why *scheme* cannot be chosen."""
    one = next(one for one in advice.ranked if one.name == scheme)
    return [lack["text"] for lack in one.lacks]


def arguments(advice: Advice) -> list[str]:
    """Give what argues against the first choice."""
    return [one["text"] for one in advice.against]


def test_one_machine_and_no_hurry_take_the_cheapest(known: Facts) -> None:
    """Nothing beats a dict in the same process."""
    assert advise(known, EASY).ranked[0].name == "session-cookie-memory"


def test_several_nodes_rule_out_state_of_one_machine(known: Facts) -> None:
    """Then the token, whose check is cheaper inside the request than the store's."""
    advice = advise(known, replace(EASY, nodes=2))
    assert advice.ranked[0].name == TOKEN
    assert lacking(advice, "session-cookie-memory") == ["one_machine"]
    assert "cheaper_but" in arguments(advice)


def test_haste_rules_out_what_waits_for_expiry(known: Facts) -> None:
    """Two seconds are not one."""
    advice = advise(known, replace(EASY, nodes=2, revoke_within_s=1))
    assert lacking(advice, TOKEN) == ["bites_late"]
    assert advice.ranked[0].name == SESSION
    assert "asks_store" in arguments(advice)


def test_whoever_holds_tokens_renews_once_a_lifetime(known: Facts) -> None:
    """However soon a revoke bites; a session is renewed by nobody."""
    lifetime_s = next(one["bound_s"] for one in known["schemes"] if one["name"] == TOKEN)
    for scheme in known["schemes"]:
        expected = lifetime_s if scheme["mechanism"] == "token" else None
        assert scheme["lifetime_s"] == expected, scheme["name"]
    told = {one["text"]: one for one in advise(known, replace(EASY, nodes=2)).against}
    assert told["renewals"]["renewals"] == EASY.sessions / lifetime_s
    hasty = advise(known, replace(EASY, nodes=2, revoke_within_s=1))
    assert hasty.ranked[0].name == SESSION
    assert "renewals" not in arguments(hasty)


def test_distance_is_paid_by_whoever_asks_the_store(known: Facts) -> None:
    """One round trip of 3 ms is 3,000 us more; a token that asks nobody pays none of it."""
    near, far = (
        {one.name: one.cost_us for one in advise(known, replace(EASY, round_trip_ms=ms)).ranked}
        for ms in (0.0, 3.0)
    )
    assert far[SESSION] - near[SESSION] == pytest.approx(3_000, rel=0.02)
    assert far[TOKEN] - near[TOKEN] < 3


def test_claims_are_interpolated_and_make_the_token_heavier(known: Facts) -> None:
    """32 bytes each, between the numbers of claims that were measured and beyond them."""
    for claims in (0, 2, 10, 100, 200):
        advice = advise(known, replace(EASY, claims=claims))
        size = next(one.bytes for one in advice.ranked if one.name == TOKEN)
        assert size == pytest.approx(312 + 32 * claims)


@pytest.mark.parametrize(
    ("survive", "scheme", "lacks"),
    [
        ("logins", SESSION, ["out_when_down"]),
        ("logins", TOKEN, []),
        ("revocations", SESSION, []),
        ("revocations", DENYLIST, ["back_in"]),
        ("both", DENYLIST, ["out_when_down", "back_in"]),
    ],
)
def test_an_outage_counts_only_where_it_is_asked_for(
    known: Facts, survive: str, scheme: str, lacks: list[str]
) -> None:
    """Sessions lock out, denylists let in; whoever does not mind either is not kept from them."""
    assert lacking(advise(known, replace(EASY, survive=survive)), scheme) == lacks
    assert lacking(advise(known, EASY), scheme) == []


def test_a_broken_claim_rules_a_scheme_out(known: Facts) -> None:
    """Probes beyond the bound were accepted: whatever it claims, it does not hold."""
    changed = [
        {**one, "late_accepts": 3, "worst_s": 9.0} if one["name"] == TOKEN else one
        for one in known["schemes"]
    ]
    advice = advise({**known, "schemes": changed}, replace(EASY, nodes=2, revoke_within_s=5))
    assert lacking(advice, TOKEN) == ["broke_claim", "bites_late"]


def test_what_lies_beyond_the_run_is_said(known: Facts) -> None:
    """A line prolonged is no measurement."""
    far = replace(EASY, nodes=2, round_trip_ms=50, sessions=10**9, revoke_within_s=1)
    assert {"far", "many"} <= set(arguments(advise(known, far)))
    assert not {"far", "many"} & set(arguments(advise(known, EASY)))


def test_nothing_that_does_all_is_said_so(known: Facts) -> None:
    """A revoke that bites at once and logins that survive: no scheme of this run has both."""
    asked = replace(EASY, nodes=2, revoke_within_s=0, survive="both")
    advice = advise(known, asked)
    assert all(one.lacks for one in advice.ranked)
    assert advice.against == ()
    assert describe(known, advice).startswith(TEXTS["nothing"])


def test_every_text_can_be_filled_in(known: Facts) -> None:
    """No brace is left over, whatever is asked."""
    for nodes, within, survive in ((1, 60, "nothing"), (9, 0, "both"), (9, 1, "logins")):
        asked = Question(50, nodes, 1e5, 10**9, 200, within, survive)
        told = describe(known, advise(known, asked))
        assert "{" not in told
        assert "}" not in told
    assert set(NUMBERS) >= {"cost_us", "bytes"}


def test_the_rows_used_stand_in_the_csv(known: Facts, rendered: Path) -> None:
    """An advice rests on nothing else."""
    with (rendered / "results.csv").open(newline="") as file:
        there = {(row["scheme"], row["metric"]) for row in csv.DictReader(file)}
    for scheme in known["schemes"]:
        assert scheme["rows"]
        assert {(scheme["name"], metric) for metric, _, _ in scheme["rows"]} <= there


def test_the_command_says_the_same(known: Facts, run_folder: Path) -> None:
    """One line to ask, an answer with its reasons."""
    done = reports("advise", run_folder, "--round-trip-ms", "0.2", "--revoke-within-s", "1")
    asked = Question(round_trip_ms=0.2, revoke_within_s=1.0)
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip("\n") == describe(known, advise(known, asked))


def test_the_command_refuses_nonsense(tmp_path: Path) -> None:
    """A folder that is no run, and a round trip below zero."""
    refused(reports("advise", tmp_path), "is not a run")
    done = reports("advise", tmp_path, "--round-trip-ms=-1")
    assert done.returncode == 2
    assert "--round-trip-ms" in done.stderr
