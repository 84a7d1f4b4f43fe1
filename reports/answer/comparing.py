"""Two schemes side by side, line by line."""

from __future__ import annotations

from dataclasses import dataclass

from .. import wording as numbers
from .phrases import how_it_ends, say, short
from .system import Known, System, cost_us, ends_s, is_unsure, life_us, miss_us, times_by_round

ALIKE = 1.1
"""Processor times whose ratio is less are alike: the model is good to 10 %."""


@dataclass(frozen=True)
class Line:
    """One line of the comparison of two schemes."""

    label: str
    first: str
    second: str
    winner: int
    """0 or 1; -1 where neither wins."""
    remark: str


def compared(known: Known, system: System, pair: list[Known]) -> list[Line]:
    """Return the lines, the most asked for first."""
    lines = [_cost_line(known, system, pair), _ends_line(system, pair), _bytes_line(pair)]
    lines += [_down_line(pair), _back_line(pair), *_life_line(system, pair)]
    lines.append(_renew_line(system, pair))
    return lines


def _cost_line(known: Known, system: System, pair: list[Known]) -> Line:
    costs = [cost_us(one, system) for one in pair]
    cells = [_cost_cell(one, system) for one in pair]
    if None in costs:
        return Line(say("row_cost"), cells[0], cells[1], -1, "")
    if is_unsure(known, pair[0], pair[1], system):
        return Line(say("row_cost"), cells[0], cells[1], -1, say("cost_even"))
    first, second = (float(one or 0.0) for one in costs)
    winner = 0 if first < second else 1
    gap = numbers.cost(abs(first - second))
    said = {"gap": gap, "x": short(pair)[winner]}
    times = times_by_round(pair[1 - winner], pair[winner], system)
    if not times:
        return Line(say("row_cost"), cells[0], cells[1], winner, say("cost_gap", **said))
    said["times"] = numbers.digits((second if winner == 0 else first) / min(first, second))
    low, high = (numbers.digits(end(times)) for end in (min, max))
    remark = say("cost_times", low=low, high=high, **said)
    return Line(say("row_cost"), cells[0], cells[1], winner, remark)


def _cost_cell(one: Known, system: System) -> str:
    its = cost_us(one, system)
    if its is None:
        return say("not_measured")
    if one["cached_s"] is None or one["miss_us"] is None:
        return numbers.cost(its)
    return say(
        "cost_cached",
        cost=numbers.cost(its),
        hit=numbers.cost(one["us"]),
        time=numbers.duration(one["cached_s"]),
        miss=numbers.cost(miss_us(one, system)),
    )


def _ends_line(system: System, pair: list[Known]) -> Line:
    times = [float("inf") if one["broken"] else ends_s(one, system) for one in pair]
    winner = -1 if times[0] == times[1] else int(times[1] < times[0])
    remark = say("ends_remark") if any(one["ends"] == "at-expiry" for one in pair) else ""
    prompt = [one for one in pair if one["ends"] != "at-expiry"]
    if not remark and prompt:
        fewest = min(one["tested"] for one in prompt)
        remark = say("tested", count=f"{fewest:,}") if fewest else say("untested")
    return Line(
        say("row_ends"), how_it_ends(pair[0], system), how_it_ends(pair[1], system), winner, remark
    )


def _bytes_line(pair: list[Known]) -> Line:
    sizes = [one["bytes"] for one in pair]
    if None in sizes:
        cells = [say("not_measured") if size is None else _bytes(size) for size in sizes]
        return Line(say("row_bytes"), cells[0], cells[1], -1, "")
    winner = -1 if sizes[0] == sizes[1] else int(sizes[1] < sizes[0])
    more = abs(sizes[0] - sizes[1])
    remark = "" if winner < 0 else say("bytes_gap", gap=f"{more:,.0f}", x=short(pair)[1 - winner])
    return Line(say("row_bytes"), _bytes(sizes[0]), _bytes(sizes[1]), winner, remark)


def _bytes(size: float) -> str:
    return say("bytes", count=f"{size:,.0f}")


def _down_line(pair: list[Known]) -> Line:
    cells = [_down(one) for one in pair]
    known = [one["stays_in"] for one in pair]
    winner = -1 if None in known or known[0] == known[1] else int(known[1])
    return Line(say("row_down"), cells[0], cells[1], winner, "")


def _down(one: Known) -> str:
    if one["local"]:
        return say("no_store")
    if one["stays_in"] is None:
        return say("not_measured")
    if one["stays_in"]:
        return say("stays_in")
    return say("some_out" if one["some_in"] else "shut_out")


def _back_line(pair: list[Known]) -> Line:
    cells = [_back(one) for one in pair]
    return Line(say("row_back"), cells[0], cells[1], -1, "")


def _back(one: Known) -> str:
    if one["stays_out"] is False:
        return say("back_in")
    if one["keeps"] is None:
        return say("no_store" if one["local"] else "not_measured")
    return say("unchanged" if one["keeps"] else "logged_out")


def _life_line(system: System, pair: list[Known]) -> list[Line]:
    """Compare what a request takes with its share of renewals and touches, if that was measured."""
    costs = [life_us(one, system) for one in pair]
    if None in costs:
        return []
    first, second = (float(one or 0.0) for one in costs)
    winner = -1 if max(first, second) < ALIKE * min(first, second) else int(second < first)
    gap = numbers.cost(abs(first - second))
    remark = say("cost_even") if winner < 0 else say("cost_gap", gap=gap, x=short(pair)[winner])
    return [Line(say("row_life"), numbers.cost(first), numbers.cost(second), winner, remark)]


def _renew_line(system: System, pair: list[Known]) -> Line:
    cells = []
    for one in pair:
        requests = system.life_s / system.every_s
        if one["kind"] != "token":
            cells.append(say("renew_none"))
        elif requests < 1.5:
            cells.append(say("renew_one"))
        else:
            cells.append(say("renew_some", count=numbers.digits(requests)))
    remark = say("renew_remark", every=numbers.duration(system.every_s))
    return Line(say("row_renew"), cells[0], cells[1], -1, remark)
