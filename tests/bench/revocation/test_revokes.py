"""Which revocations are tried: from the seed alone, each kind, and none that ends a neighbour's."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.records import Arm
from bench.revocation.revokes import (
    GROUPS,
    TOGETHER,
    Trials,
    batches,
    canary,
    make_cases,
    once_each,
    together,
)

INTERVAL_S = 0.01


def test_each_scheme_that_asks_who_is_calling_is_measured_once() -> None:
    """Neither the controls nor the second arm of an A/A pair, which are there for lookup."""
    arms = [
        Arm(name="control", scheme="control"),
        Arm(name="one", scheme="one", mechanism="session"),
        Arm(name="one-again", scheme="one", mechanism="session"),
        Arm(name="two", scheme="two", mechanism="token"),
    ]
    assert [arm.name for arm in once_each(arms)] == ["one", "two"]


def test_cases_come_from_the_seed_alone() -> None:
    """The same seed makes the same revocations, through the same nodes."""
    first, again, other = (make_cases(9, 3, 3, random.Random(seed)) for seed in (1, 1, 2))
    assert first == again != other
    assert Counter((case.phase, case.kind) for case in first) == dict(
        zip(GROUPS, (9, 3, 3), strict=True)
    )
    assert all(case.trigger_node != case.revoke_node for case in first)


@given(st.integers(0, 20), st.integers(0, 20), st.integers(1, 3), st.integers())
def test_no_batch_ends_a_neighbours_login(one: int, other: int, nodes: int, seed: int) -> None:
    """Every case has its turn, and whoever ends all logins of a subject has it to itself."""
    cases = make_cases(one, other, nodes, random.Random(seed))
    most = together(nodes)
    found = list(batches(cases, most))
    assert sorted(map(repr, cases)) == sorted(repr(case) for b in found for case, _ in b)
    for batch in found:
        assert 1 <= len(batch) <= most
        subjects = Counter(subject for _, subject in batch)
        assert all(subjects[subject] == 1 for case, subject in batch if case.kind == "all")


@pytest.mark.parametrize("nodes", [1, 2, 3, 5, 40])
def test_as_many_probes_a_second_whatever_the_nodes(nodes: int) -> None:
    """One node is asked for more credentials at once than each of three; never for none."""
    assert together(3) == TOGETHER
    assert together(nodes) >= 1
    assert together(nodes) * min(nodes, 12) <= together(3) * 3


@pytest.mark.parametrize("nodes", [1, 2, 3])
@pytest.mark.parametrize("immediate", [True, False])
def test_at_every_node_some_follow_the_refusal_of_another(nodes: int, immediate: bool) -> None:
    """Each node polls by itself. They are in a batch with the one whose refusal they wait for."""
    trials = Trials(4, 2, INTERVAL_S, 1.0 * (not immediate), immediate, follows=True)
    found = trials.batches(nodes, random.Random(1))
    followed = [batch for batch in found if any(case.follows for case, _ in batch)]
    assert followed
    for batch in followed:
        first = canary(batch)
        assert first is not None
        assert not batch[first][0].follows
        assert {case.trigger_node for case, _ in batch if case.follows} == set(range(nodes))


def test_where_only_expiry_refuses_none_follows() -> None:
    trials = Trials(4, 2, INTERVAL_S, 1.0, immediate=False)
    batches_of = trials.batches(3, random.Random(1))
    assert not any(case.follows for batch in batches_of for case, _ in batch)


def test_a_bound_that_is_too_long_is_watched_for_as_long_as_the_plan_says() -> None:
    trials = Trials(4, 2, INTERVAL_S, 3600.0, immediate=False, longest_s=6.0)
    assert 6.0 < trials.tail_s < 7.0


@pytest.mark.parametrize("count", [(3, 1), (12, 4), (60, 20)])
def test_a_long_window_has_fewer_cases_but_each_kind(count: tuple[int, int]) -> None:
    """What a plan has time for; none of the groups is left out."""
    trials = Trials(*count, interval_s=INTERVAL_S, bound_s=5.0, immediate=False)
    cases = trials.cases(2, random.Random(1))
    assert len(cases) <= sum(count) + count[1]
    assert {(case.phase, case.kind) for case in cases} == set(GROUPS)
