"""Histories and what they say in one word."""

from __future__ import annotations

import pytest

from bench.probe.verdict import judge_trials
from bench.probe.watching import Trial
from bench.revocation.attempts import Observation
from bench.revocation.history import Probe

MS = 1_000_000
ACK_MS = 100
ENOUGH = "r" * 30
"""Refusals from which something can be told of a node."""


def trial(*nodes: str, revoke_node: int = 0, void: str = "") -> Trial:
    """A trial from what each node answered every 10 ms; `|` is the logout, acknowledged at 100."""
    seen = Observation(invoke_ns=(ACK_MS - 1) * MS, ack_ns=ACK_MS * MS, void=void)
    for number, answers in enumerate(nodes):
        before, after = answers.split("|")
        instants = [ACK_MS - 10 * n for n in range(len(before), 0, -1)]
        instants += [ACK_MS + 1 + 10 * n for n in range(len(after))]
        for at, answer in zip(instants, before + after, strict=True):
            status = {"a": 200, "r": 401, "e": 500}[answer]
            seen.probes.append(Probe(0, number, at * MS, (at + 1) * MS, status))
    seen.probes.sort(key=lambda probe: probe.complete_ns)
    return Trial(seen, revoke_node)


@pytest.mark.parametrize(
    ("trials", "bound_s", "outcome"),
    [
        ([trial("aaa|" + ENOUGH, "aaa|" + ENOUGH)], 0, "holds"),
        ([trial("aaa|aarr")], 0, "late"),
        ([trial("aaa|aa" + ENOUGH)], 0.015, "holds"),
        ([trial("aaa|ra" + ENOUGH)], 0.015, "holds"),
        ([trial("aaa|aaaa"), trial("aaa|aaaa")], 0, "nothing"),
        ([trial("aaa|aaae"), trial("aaa|aeee")], 0, "nothing"),
        ([trial("aaa|rrrr", "aaa|aaaa"), trial("aaa|rrrr", "aaa|aaaa")], 0, "one-node"),
        ([trial("aaa|rrar")], 0, "resurrects"),
        ([trial("aaa|rraa")], 0, "resurrects"),
        ([trial("aaa|aaaa"), trial("aaa|rrrr")], 0, "late"),
        ([trial("aaa|", void="the logout gave 500")], 0, "void"),
        ([trial("aaa|")], 0, "void"),
        ([trial("aaa|rr")], 0.5, "void"),
        ([trial("aaa|aaaa")], 0.5, "void"),
        ([trial("aaa|" + ENOUGH[1:])], 0, "void"),
        ([trial("aaa|" + ENOUGH, "aaa|" + ENOUGH[1:])], 0, "void"),
        ([trial("aaa|" + ENOUGH, "aaa|eeee")], 0, "void"),
        ([trial("aaa|" + ENOUGH + "eeee")], 0, "void"),
        ([trial("aaa|" + ENOUGH + "eee")], 0, "holds"),
        ([trial("aaa|" + ENOUGH), *2 * [trial("aaa|", void="none")]], 0, "void"),
        ([], 0, "void"),
    ],
)
def test_a_history_has_one_outcome(trials: list[Trial], bound_s: float, outcome: str) -> None:
    """And only a claim that was kept, or nothing at all, is not broken."""
    verdict = judge_trials(trials, bound_s, 0.05)
    assert verdict.outcome == outcome
    assert verdict.broken == (outcome not in ("holds", "void"))
    assert verdict.sentence.startswith("cannot tell: ") == (outcome == "void")


def test_figures_are_those_of_the_checker() -> None:
    """Windows over nodes, late accepts out of what was asked after the bound, other answers."""
    verdict = judge_trials([trial("aaa|aarr", "aaa|rerr")], 0, 0.05)
    assert verdict.windows_ms == [11.0]
    assert (verdict.late_accepts, verdict.probes_after_bound, verdict.errors) == (2, 7, 1)


def test_a_void_trial_is_counted_and_left_out() -> None:
    """Its reason is kept."""
    verdict = judge_trials([trial("aaa|" + ENOUGH), trial("aaa|", void="not answered")], 0, 0.05)
    assert (verdict.trials, verdict.void, verdict.outcome) == (1, ["not answered"], "holds")


def test_another_way_in_breaks_the_claim() -> None:
    """Although everything that was watched was refused."""
    seen = trial("aaa|" + ENOUGH)
    seen.ways_left = ["with the cookie 'remember' alone"]
    verdict = judge_trials([seen], 0, 0.05)
    assert (verdict.outcome, verdict.broken) == ("partly", True)
    assert "with the cookie 'remember' alone" in verdict.sentence
