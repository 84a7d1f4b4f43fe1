"""Which blocks come when, and which are left out where there is no time: the seed and the clock."""

from __future__ import annotations

import math
from collections import Counter

from bench.context import Context
from bench.lookup.blocks import KEPT_SHARE, Rates
from bench.lookup.order import Queue, Turn, named, turns
from bench.plans import STANDARD

from ..contexts import a_context

RATES = Rates(100.0, 300.0)
PLANNED = {
    "interleaved": STANDARD.blocks,
    "interleaved high-load": STANDARD.high_blocks,
    "far": STANDARD.far_blocks,
    "separate": STANDARD.separate_blocks,
    "known truths": STANDARD.truth_blocks,
    "hot loop": STANDARD.hot_blocks,
}


def a_run(lookup_s: float = 1e9, seed: int = 1) -> Context:
    expected_s = {"lookup": lookup_s, "outage": 60.0}
    return a_context(["session-cookie-redis"], seed=seed, expected_s=expected_s)


def names(given: list[Turn]) -> Counter[str]:
    return Counter(turn.kind.name for turn in given)


def test_every_block_of_the_plan_has_its_turn() -> None:
    """In an order of the seed, and all of them where there is time."""
    orders = [turns(a_run(seed=seed), RATES) for seed in (1, 1, 2)]
    told = [[(turn.kind.name, turn.block) for turn in order] for order in orders]
    assert told[0] == told[1] != told[2]
    queue = Queue(a_run(), orders[0])
    assert names([turn for _, turn in queue]) == PLANNED
    assert not queue.spared


def test_without_time_seven_in_ten_of_the_blocks_of_each_kind_are_measured() -> None:
    """The rest is named; none of a kind is missing, and none that every cost rests on."""
    context = a_run(lookup_s=0.0)
    queue = Queue(context, turns(context, RATES))
    measured = names([turn for _, turn in queue])
    assert measured.pop("interleaved") == PLANNED["interleaved"]
    for kind, count in measured.items():
        planned = PLANNED[kind]
        assert count == max(math.ceil(KEPT_SHARE * planned), min(3, planned))
    assert set(measured) | {"interleaved"} == set(PLANNED)
    assert named(queue.spared) == "hot loop block 4"


def test_blocks_of_a_kind_lie_all_over_the_time() -> None:
    """One in each tenth, of ten; which, and when within it, is drawn. Shuffled, they cluster."""
    firsts = set()
    for seed in range(200):
        order = [turn for turn in turns(a_run(seed=seed), RATES) if turn.essential]
        lows = [place for place, turn in enumerate(order) if turn.kind.name == "interleaved"]
        blocks = [order[place].block for place in lows]
        assert sorted(blocks) == list(range(STANDARD.blocks))
        for number, place in enumerate(lows):
            assert abs((number + 0.5) / len(lows) - (place + 0.5) / len(order)) < 0.2
        firsts.add((lows[0], blocks[0]))
    assert len(firsts) > 20


def test_a_disturbed_block_comes_again_last() -> None:
    """With the place that it had, by which a run that goes on knows it."""
    context = a_run()
    order = turns(context, RATES)
    queue = Queue(context, order)
    seen: list[tuple[int, Turn]] = []
    for place, turn in queue:
        if not seen:
            queue.again(place, turn)
        seen.append((place, turn))
    assert seen[0] == seen[-1] == (0, order[0])
    assert len(seen) == len(order) + 1


def test_what_is_essential_has_its_time_kept_for_it() -> None:
    """A block that can be spared does not take the time of a disturbed one that cannot."""
    order = turns(a_run(), RATES)
    essential = [turn for turn in order if turn.essential]
    enough_s = sum(turn.kind.seconds(a_run()) for turn in essential)
    context = a_run(lookup_s=enough_s)
    assert len([turn for _, turn in Queue(context, order)]) == len(order)  # no time went by
    queue, count = Queue(context, order), 0
    for place, turn in queue:
        count += 1
        if count <= len(essential):
            queue.again(place, turn)
    assert count == 2 * len(essential)
    assert len(queue.spared) == len(order) - len(essential)


def test_how_far_it_is_never_goes_beyond_the_end() -> None:
    """Nor is less than nothing done, when a block comes again."""
    context = a_run()
    queue = Queue(context, turns(context, RATES))
    shares: list[float] = []
    for place, turn in queue:
        shares.append(queue.done(1.0, turn))
        queue.took(turn, 1.0)
        if len(shares) == 1:
            queue.again(place, turn)
    assert all(0.0 < share <= 1.0 + 1e-9 for share in shares)
    assert abs(shares[-1] - 1.0) < 1e-9
    assert abs(queue.done() - 1.0) < 1e-9
