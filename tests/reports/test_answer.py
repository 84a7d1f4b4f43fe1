"""The first screen: what it says for any system, of any number of schemes, or of none."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import Any

import pytest

from reports import headline
from reports.answer import Known, System, answer, known, terminal
from reports.answer.system import SCALES, cost_us, lacks
from reports.answer.texts import TEXTS
from reports.results import Results
from reports.wording import cost, digits, duration, milliseconds, percent

from .test_page import sentences, words_in

SESSION, TOKEN = "session-cookie-redis", "token-bearer-hs256-expiry"
NOBODY: Known = {
    "schemes": [],
    "noise_us": 1.0,
    "unsure": [],
    "pair": [],
    "withheld": {},
    "ratios": [],
    "farthest_ms": 0.0,
    "scales": SCALES,
    "texts": TEXTS,
}


def scheme(name: str, **changes: Any) -> Known:
    """Return a session in a store, as `facts` describes it, with *changes*."""
    usual = {
        "id": name,
        "title": f"Session {name}",
        "family": "Session",
        "kind": "session",
        "local": False,
        "head": True,
        "ours": True,
        "us": 80.0,
        "low": 79.0,
        "high": 81.0,
        "rough": "",
        "blocks": [79.0, 80.0, 81.0],
        "slope_us": 1000.0,
        "asks": True,
        "cached_s": None,
        "miss_us": None,
        "miss_slope_us": 0.0,
        "prices": None,
        "store": "redis",
        "ends": "immediate",
        "bound_s": 0.0,
        "broken": False,
        "tested": 300,
        "bytes": 70.0,
        "verified_with": "store",
        "stays_in": False,
        "some_in": False,
        "stays_out": True,
        "keeps": False,
    }
    return {**usual, **changes}


def token(name: str, **changes: Any) -> Known:
    """Return a token that nothing revokes, with *changes*."""
    plain: Known = {
        "title": f"JWT {name}",
        "family": "JWT",
        "kind": "token",
        "us": 25.0,
        "blocks": [24.0, 25.0, 26.0],
        "slope_us": 0.0,
        "asks": False,
        "ends": "at-expiry",
        "bound_s": 300.0,
        "bytes": 351.0,
        "verified_with": "secret",
        "stays_in": True,
        "some_in": True,
        "keeps": True,
    }
    return scheme(name, **{**plain, **changes})


def of(*schemes: Known, **changes: Any) -> Known:
    """Return what a run of *schemes* knows; the first two are held against each other."""
    pair = [one["id"] for one in schemes[:2]]
    return {**NOBODY, "schemes": list(schemes), "pair": pair, **changes}


def said(data: Known, system: System) -> str:
    """Return all sentences of the first screen."""
    found = answer(data, system)
    lines = [f"{one.label}: {one.first}; {one.second}. {one.remark}" for one in found.lines]
    told = [found.headline, found.ends, *found.lead, *found.picked, *found.gives_up, *found.sure]
    return " ".join([*told, *lines])


def test_it_answers_which_is_cheaper_by_how_much_and_how_long_a_thief_stays() -> None:
    found = answer(of(scheme("a"), token("b")), System())
    assert found.headline == (
        "A session a 0.5 ms away adds 23 times as much to an answer as a JWT b: 580 µs against "
        "25 µs."
    )
    assert found.ends == (
        "Stolen and revoked, the session ends at once; the token works until it expires, up to "
        "15 min."
    )


@pytest.mark.parametrize("life_s", SCALES["life_s"])
def test_a_token_lives_as_long_as_the_reader_lets_it(life_s: float) -> None:
    """Never as long as the plan's test tokens did, which would be no answer."""
    data = of(scheme("a"), token("b", bound_s=4.0))
    text = said(data, System(life_s=life_s, need_s=86_400))
    assert f"up to {duration(life_s)}" in text
    assert "4 s" not in text


@pytest.mark.parametrize("count", [0, 1, 2, 3, 22])
def test_any_number_of_schemes_makes_whole_sentences(count: int) -> None:
    """Each ends with a full stop, none is long, no placeholder is left."""
    kinds = itertools.cycle([scheme, token])
    data = of(*(kind(f"n{place}") for place, kind in zip(range(count), kinds, strict=False)))
    for system in (System(), System(rtt_ms=0, need_s=0), System(survive="both", life_s=60)):
        found = answer(data, system)
        for text in (found.headline, found.ends, *found.lead, *found.picked, *found.sure):
            for sentence in sentences(text) if text else ():
                assert sentence.endswith((".", "?")), sentence
                assert words_in(sentence) <= 25, sentence
        assert not re.search(r"[{}]", said(data, system))
        assert len(terminal(data, system)) <= 7


def test_nothing_measured_is_said_in_one_sentence() -> None:
    assert answer(NOBODY, System()).headline == "This run measured too little to draw a conclusion."


def test_one_scheme_is_not_compared() -> None:
    found = answer(of(scheme("a")), System())
    assert found.headline == "A session a adds 580 µs to every answer."
    assert found.ends == "Stolen and revoked, it ends at once."
    assert found.lines == ()


def test_costs_that_were_not_measured_are_not_made_up() -> None:
    data = of(scheme("a", us=None, blocks=[]), token("b", us=None, blocks=[]))
    found = answer(data, System())
    assert found.headline == "This run did not measure what each way adds to an answer."
    assert found.lines[0].first == found.lines[0].second == "not measured"
    assert (found.lead, found.pick) == ((), "")


def test_a_pair_in_the_noise_is_not_ordered() -> None:
    """Nor one whose interval holds zero, until the distance moves the two apart."""
    near = of(scheme("a", slope_us=0.0), token("b", us=79.0))
    assert answer(near, System()).headline.startswith("This run cannot tell which is cheaper")
    wide = of(scheme("a", us=35.0), token("b"), unsure=[["b", "a"]])
    assert answer(wide, System(rtt_ms=0)).headline.startswith("This run cannot tell")
    assert "21 times as much" in answer(wide, System()).headline


def test_a_run_without_a_noise_floor_claims_no_order() -> None:
    data = of(scheme("a"), token("b"), noise_us=None)
    assert answer(data, System()).headline.startswith("This run cannot tell")


def test_a_withheld_cost_says_why_and_advises_nothing() -> None:
    data = of(scheme("a"), token("b"), withheld={"a": "achieved rate"})
    found = answer(data, System())
    assert found.headline == TEXTS["withheld"]
    blurred = of(scheme("a", rough="busy"), token("b"), withheld={"a": "busy"})
    said = "This run was too disturbed to tell what each way adds: busy."
    assert answer(blurred, System()).headline == said
    assert (found.lead, found.pick) == ((), "")


def test_a_broken_guarantee_is_said_and_never_advised() -> None:
    data = of(scheme("a"), token("b", ends="immediate", broken=True))
    found = answer(data, System())
    assert "the token broke its guarantee in this run" in found.ends
    assert found.pick == "Session a"


def test_what_one_machine_holds_is_never_advised() -> None:
    data = of(scheme("a"), token("b"), scheme("c", us=1.0, local=True, slope_us=0.0))
    assert answer(data, System(need_s=0)).pick == "Session a"


def test_of_equal_costs_the_one_that_survives_an_outage_is_advised() -> None:
    data = of(scheme("a"), scheme("c", us=80.5, stays_in=True))
    found = answer(data, System())
    assert found.pick == "Session c"
    assert "Too close to tell from it: Session a." in found.picked


def test_needs_that_nobody_meets_say_who_comes_nearest() -> None:
    found = answer(of(scheme("a"), token("b")), System(need_s=0, survive="logins"))
    assert found.pick == ""
    assert found.picked[0] == "No scheme of this run does all of that. Relax one of your needs."
    assert "JWT b comes nearest, but a stolen login works for up to 15 min." in found.picked


def test_outages_that_were_not_measured_are_no_promise() -> None:
    data = of(scheme("a", stays_in=None, stays_out=None, keeps=None), token("b"))
    lines = {one.label: one for one in answer(data, System()).lines}
    assert lines["While the store is down"].first == "not measured"
    gives_up = answer(data, System(need_s=0)).gives_up
    assert "This run did not measure what a store failure does to it." in gives_up


def test_some_who_are_locked_out_are_not_everybody() -> None:
    """A server that trusts its copy for a while lets people in until then."""
    data = of(scheme("a"), token("b", stays_in=False, some_in=True))
    line = next(one for one in answer(data, System()).lines if "down" in one.label)
    assert (line.first, line.second) == ("nobody gets in", "some people are locked out")


def test_a_cache_helps_whom_it_knows() -> None:
    """A user who asks once in a while finds it empty, and pays the trip to the store."""
    cached = scheme("c", us=8.0, slope_us=0.0, cached_s=2.0, miss_us=80.0, miss_slope_us=1000.0)
    often, seldom = (cost_us(cached, System(every_s=every)) for every in (0.1, 600.0))
    assert often is not None
    assert seldom is not None
    assert often < 40
    assert seldom == pytest.approx(580.0, rel=0.01)


def test_renewals_make_a_token_dearer_for_whom_it_expires_often() -> None:
    """A busy user renews seldom; one who asks once an hour renews every time."""
    prices = {"check": 133.0, "touch": 173.0}
    data = of(scheme("a", prices=prices), token("b", prices={"check": 58.0, "renewal": 724.0}))

    def lines(every_s: float) -> list[tuple[str, int]]:
        found = answer(data, System(life_s=300, every_s=every_s)).lines
        return [(one.second, one.winner) for one in found if one.label == TEXTS["row_life"]]

    assert lines(1) == [("60 µs", 1)]
    assert lines(3600) == [("730 µs", 0)]


def test_the_other_wins_where_it_is_said_to() -> None:
    """Within the distance at which the costs cross, and no farther."""
    data = of(scheme("a", us=10.0), token("b"))
    found = answer(data, System())
    assert "The session is cheaper only within 0.015 ms of its store." in found.lead
    at_ms = replace(System(), rtt_ms=0.015)
    assert cost_us(data["schemes"][0], at_ms) == pytest.approx(25.0)


def test_a_tie_where_a_logout_must_act_at_once_is_no_win() -> None:
    """Who cannot be told apart in this run wins nothing; who can, does."""
    revoked = token("c", ends="immediate", us=85.0, slope_us=1_000.0, asks=True)
    tie = of(scheme("a"), token("b"), revoked, unsure=[["a", "c"]])
    assert "a JWT c are too close to call" in said(tie, System())
    assert "wins when a logout" not in said(tie, System())
    apart = of(scheme("a"), token("b"), {**revoked, "us": 200.0})
    assert "wins when a logout" in said(apart, System())


def test_lacks_name_the_first_need_that_is_not_met() -> None:
    assert lacks(token("b"), System(need_s=1)) == "lack_late"
    assert lacks(scheme("a"), System(survive="both")) == "lack_down"
    assert lacks(scheme("a", stays_out=False), System(survive="revocations")) == "lack_back"
    assert lacks(scheme("a"), System()) == ""


def test_facts_are_those_of_the_rows(results: Results) -> None:
    """Cost, slope and blocks of a session in a store, as they were drawn."""
    data = {one["id"]: one for one in known(results)["schemes"]}
    session, plain = data[SESSION], data[TOKEN]
    row = results.costs(headline.COST)[SESSION]
    assert session["us"] == pytest.approx(row.value)
    assert len(session["blocks"]) == 8
    assert all(abs(us - row.value) < 5 for us in session["blocks"])
    assert session["slope_us"] == pytest.approx(1000, rel=0.1)
    assert (plain["slope_us"], plain["asks"]) == (0.0, False)
    assert (session["stays_in"], plain["stays_in"]) == (False, True)
    assert known(results)["pair"] == [SESSION, TOKEN]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (0.015, "0.015"),
        (0.25, "0.25"),
        (1.0, "1"),
        (8.5, "8.5"),
        (9.96, "10"),
        (12.5, "13"),
        (99.6, "100"),
        (586.4, "590"),
        (12_345, "12,000"),
        (-3.04, "\N{MINUS SIGN}3"),
    ],
)
def test_two_digits_are_enough(value: float, written: str) -> None:
    assert digits(value) == written


def test_units_suit_the_size() -> None:
    assert [cost(us) for us in (8.5, 994, 1_234)] == ["8.5 µs", "990 µs", "1.2 ms"]
    assert [milliseconds(ms) for ms in (0.5, 1_000)] == ["0.5 ms", "1 s"]
    times = (2, 60, 900, 3600, 5400, 86_400, 172_800)
    assert [duration(s) for s in times] == [
        *("2 s", "1 min", "15 min", "1 h", "1.5 h", "1 day", "2 days"),
    ]
    assert [percent(share) for share in (0.0001, 0.029)] == ["less than 0.1 %", "2.9 %"]
