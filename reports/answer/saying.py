"""What the first screen says for somebody's system. templates/answer.js says the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import wording as numbers
from .comparing import Line, compared
from .phrases import away, called, capital, how_it_ends, placed, say, short, within
from .system import Known, System, advised, cost_us, ends_s, is_unsure, lacks, ranked
from .texts import TEXTS

SAME = 1.15
"""Costs whose ratio is less are about the same."""
LEAST_US = 0.1
"""No cost is less, where another is divided by it."""
MOSTLY = 0.7
"""Of a difference: from here on it is nearly all the trip to the store."""


@dataclass(frozen=True)
class Answer:
    """Everything that the first screen says."""

    headline: str
    ends: str
    lead: tuple[str, ...]
    pick: str
    """The title of the advised scheme; empty if none will do."""
    picked: tuple[str, ...]
    gives_up: tuple[str, ...]
    lines: tuple[Line, ...]
    sure: tuple[str, ...]


def answer(known: Known, system: System, first: str = "", second: str = "") -> Answer:
    """Return what to say, of the pair *first* and *second* or else of the run's own."""
    by_id = {one["id"]: one for one in known["schemes"]}
    pair = [by_id[name] for name in (first, second) if name in by_id]
    if len(pair) < 2:
        pair = [by_id[name] for name in known["pair"]]
    pick, picked, gives_up = _advice(known, system)
    return Answer(
        headline=_headline(known, system, pair),
        ends=_ends(system, pair),
        lead=tuple(_lead(known, system, pair)),
        pick=pick,
        picked=picked,
        gives_up=gives_up,
        lines=tuple(compared(known, system, pair)) if len(pair) == 2 else (),
        sure=tuple(_sure(known, pair)),
    )


def terminal(known: Known, system: System) -> list[str]:
    """Return the answer in at most seven lines; the path of the page is the eighth."""
    said = answer(known, system)
    lines = {line.label: line for line in said.lines}
    by_id = {one["id"]: one for one in known["schemes"]}
    told = [said.headline, said.ends, " ".join(said.lead)]
    for name in ("row_bytes", "row_down"):
        line = lines.get(TEXTS[name])
        if line is not None:
            a, b = (called(by_id[one]) for one in known["pair"])
            told.append(f"{line.label}: {line.first} with {a}, {line.second} with {b}.")
    told.append(_assumed(system, said.pick) if said.pick else " ".join(said.picked))
    told.append(" ".join(said.sure))
    return [line for line in told if line]


def _assumed(system: System, title: str) -> str:
    life, need = numbers.duration(system.life_s), within(system.need_s)
    return say("assumed", store=away(system.rtt_ms), life=life, need=need, title=title)


def _headline(known: Known, system: System, pair: list[Known]) -> str:
    if not pair:
        return say("nothing")
    costs = [cost_us(one, system) for one in pair]
    doubtful = [one for one in pair if one["id"] in known["withheld"]]
    if doubtful:
        reason = next((one["rough"] for one in doubtful if one["rough"]), "")
        return say("blurred", reason=reason) if reason else say("withheld")
    if None in costs:
        return say("uncosted")
    if len(pair) == 1:
        return say("one", A=capital(called(pair[0])), cost_a=numbers.cost(costs[0] or 0.0))
    if is_unsure(known, pair[0], pair[1], system):
        return say("unsure", a=called(pair[0]), b=called(pair[1]))
    first, second = (float(cost or 0.0) for cost in costs)
    low, high = min(first, second), max(first, second)
    cheap, dear = (pair[0], pair[1]) if first < second else (pair[1], pair[0])
    said = {
        "A": capital(called(dear)) + placed(dear, system),
        "b": called(cheap) + ("" if dear["asks"] else placed(cheap, system)),
        "cost_a": numbers.cost(high),
        "cost_b": numbers.cost(low),
    }
    if low > 0 and high / low < SAME:
        return say("same", **said)
    return say("slower", times=numbers.digits(high / max(low, LEAST_US)), **said)


def _ends(system: System, pair: list[Known]) -> str:
    if not pair:
        return ""
    times = [ends_s(one, system) for one in pair]
    if len(pair) == 1:
        return say("one_ends", how_x=how_it_ends(pair[0], system))
    if not any(one["broken"] for one in pair) and times[0] == times[1]:
        if not times[0]:
            return say("both_at_once")
        return say("both_later", time=numbers.duration(times[0]))
    x, y = short(pair)
    return say(
        "ends", x=x, y=y, how_x=how_it_ends(pair[0], system), how_y=how_it_ends(pair[1], system)
    )


def _lead(known: Known, system: System, pair: list[Known]) -> list[str]:
    costs = [cost_us(one, system) for one in pair]
    if len(pair) < 2 or None in costs or any(one["id"] in known["withheld"] for one in pair):
        return []
    first, second = (float(one or 0.0) for one in costs)
    gap = abs(first - second)
    told = [
        say("counted"),
        say(
            "matters",
            gap=numbers.cost(gap),
            percent=numbers.percent(gap / (system.whole_ms * 1000)),
            whole=numbers.milliseconds(system.whole_ms),
        ),
    ]
    trip = abs(first - second - (pair[0]["us"] - pair[1]["us"]))
    if gap and trip / gap >= MOSTLY:
        told.append(say("trip"))
    if pair[0]["kind"] != pair[1]["kind"] and not is_unsure(known, pair[0], pair[1], system):
        told += _when(known, system, pair, first, second)
    return told


def _when(
    known: Known, system: System, pair: list[Known], first: float, second: float
) -> list[str]:
    """Say when the dearer of the two wins: by distance, and by how soon a logout acts."""
    cheap, dear = (pair[0], pair[1]) if first < second else (pair[1], pair[0])
    names = dict(zip((pair[0]["id"], pair[1]["id"]), short(pair), strict=True))
    name, told = names[dear["id"]], []
    steeper = dear["slope_us"] - cheap["slope_us"]
    ordinary = cheap["cached_s"] is None and dear["cached_s"] is None
    if ordinary and steeper > 0 and dear["us"] < cheap["us"]:
        near_ms = (cheap["us"] - dear["us"]) / steeper
        told.append(say("nearer", X=capital(name), distance=numbers.milliseconds(near_ms)))
    elif ordinary and steeper >= 0:
        told.append(say("never", X=capital(name)))
    if ends_s(dear, system) < ends_s(cheap, system):
        prompt = [
            one
            for one in ranked(known, system)
            if one["kind"] == cheap["kind"] and not one["local"] and one["ends"] == "immediate"
        ]
        if prompt:
            its = cost_us(prompt[0], system) or 0.0
            dearest = max(first, second)
            values = {"y": called(prompt[0]), "cost": numbers.cost(its)}
            if is_unsure(known, prompt[0], dear, system):
                told.append(say("level", x=name, **values))
            elif its < dearest:
                told.append(say("still", **values))
            else:
                told.append(say("wins", x=name, **values))
    return told


def _lack(one: Known, system: System) -> str:
    name = lacks(one, system)
    return say(name, time=numbers.duration(ends_s(one, system))) if name else ""


def _advice(known: Known, system: System) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    order = ranked(known, system)
    if not order or known["withheld"]:
        return "", (), ()
    able = advised(known, system)
    if not able:
        near = [one for one in order if not one["local"]] or order
        said = say("nearest", title=near[0]["title"], lack=_lack(near[0], system))
        return "", (say("none"), said), ()
    best = able[0]
    cost = numbers.cost(cost_us(best, system) or 0.0)
    told = [say("picked", cost=cost, when=within(ends_s(best, system)))]
    tied = [one["title"] for one in able[1:] if is_unsure(known, best, one, system)]
    if tied:
        told.append(say("tied", names=" and ".join(tied[:2])))
    return best["title"], tuple(told), tuple(_gives_up(known, system, best, order))


def _gives_up(known: Known, system: System, best: Known, order: list[Known]) -> list[str]:
    told = []
    if ends_s(best, system):
        told.append(say("give_window", time=numbers.duration(ends_s(best, system))))
    if best["stays_in"] is False:
        told.append(say("give_down"))
    if best["stays_out"] is False:
        told.append(say("give_back"))
    if best["stays_in"] is None and best["asks"]:
        told.append(say("give_unknown"))
    if best["verified_with"] == "secret":
        told.append(say("give_key"))
    shared = [one for one in order if not one["local"]]
    cheapest = shared[0] if shared else best
    less = (cost_us(best, system) or 0.0) - (cost_us(cheapest, system) or 0.0)
    if less > 0 and lacks(cheapest, system) and not is_unsure(known, cheapest, best, system):
        title, lack = cheapest["title"], _lack(cheapest, system)
        told.append(say("give_cheaper", title=title, cost=numbers.cost(less), lack=lack))
    return told or [say("give_nothing")]


def _sure(known: Known, pair: list[Known]) -> list[str]:
    if len(pair) < 2 or any(one["us"] is None for one in pair):
        return [say("sure_unknown")] if pair else []
    first, second = (np.array(one["blocks"]) for one in pair)
    if min(first.size, second.size) < 2:
        return [say("sure_once"), say("sure_trust")]
    rounds = min(first.size, second.size)
    won = int((first[:rounds] < second[:rounds]).sum())
    winner = 0 if won * 2 >= rounds else 1
    count = won if winner == 0 else rounds - won
    values = {"x": short(pair)[winner], "count": count, "rounds": rounds}
    noise = known["noise_us"]
    if noise is None:
        return [say("sure_no_noise", **values), say("sure_trust")]
    told = [say("sure_rounds", noise=numbers.cost(noise), **values)]
    ids = {one["id"] for one in pair}
    for session, token, *ratio in known["ratios"]:
        if {session, token} == ids:
            times, low, high = (numbers.digits(value) for value in ratio)
            told.append(say("sure_ratio", times=times, low=low, high=high))
    reason = next((one["rough"] for one in pair if one["rough"]), "")
    if reason:
        told.append(say("sure_rough", reason=reason))
    return [*told, say("sure_trust")]
