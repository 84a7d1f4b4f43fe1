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


@pytest.mark.parametrize("count", [(3, 1), (12, 4), (60, 20)])
def test_a_long_window_has_fewer_cases_but_each_kind(count: tuple[int, int]) -> None:
    """What a plan has time for; none of the groups is left out."""
    trials = Trials(*count, interval_s=INTERVAL_S, bound_s=5.0, immediate=False)
    cases = trials.cases(2, random.Random(1))
    assert len(cases) <= sum(count) + count[1]
    assert {(case.phase, case.kind) for case in cases} == set(GROUPS)
