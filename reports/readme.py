"""The part of the README that comes from the published run: a figure, a table, what they are."""

from __future__ import annotations

import re

from .results import Results
from .rows import Row
from .selection import RULE, selection
from .wording import measured, number, quantity

BEGIN, END = "<!-- figure: begin -->", "<!-- figure: end -->"
PLACE = "docs/example-report"
"""Where the published run lies, seen from the README."""
FIGURE = "at-a-glance"
ALTERNATIVE = (
    "What does it cost to know the caller? One dot a scheme, cost of the check over a request "
    "without one, with 95 % intervals. The table below has the same numbers."
)
COST, WINDOW, SIZE = "auth_us_cost_p50", "window_ms_worst", "request_bytes"


def replaced(text: str, results: Results) -> str:
    """Give the README *text* with its part made anew; ValueError if it has no place for it."""
    pattern = re.compile(f"{BEGIN}.*{END}", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(
            f"the README has no {BEGIN} … {END}; put both lines where the part belongs"
        )
    return pattern.sub(lambda _: part(results), text)


def part(results: Results) -> str:
    """Write the part, with the marks around it."""
    costs = results.costs(COST)
    chosen = selection(results, costs)
    lines = [
        BEGIN,
        "## What a run says",
        "",
        f"![{ALTERNATIVE}]({PLACE}/charts/{FIGURE}.svg)",
        "",
        "| scheme | a check costs | revoked, works on for | bytes a request |",
        "|---|--:|--:|--:|",
        *(_line(results, scheme, costs[scheme]) for scheme in chosen),
        "",
        *_about(results, len(chosen), len(costs)),
        END,
    ]
    return "\n".join(lines)


def _line(results: Results, scheme: str, cost: Row) -> str:
    window = results.ending_one(WINDOW, scheme, "all")
    size = results.main(SIZE).get(scheme)
    lives = "not measured" if window is None else _lives(window)
    weighs = "not measured" if size is None else f"{size.value:,.0f}"
    return f"| `{scheme}` | {measured(cost)} | {lives} | {weighs} |"


def _lives(window: Row) -> str:
    return "at once" if not window.value else f"{window.value / 1e3:.1f} s"


def _about(results: Results, shown: int, total: int) -> list[str]:
    """Say what run it was, what is left out, and what the columns are; in lines that fit."""
    run, environment = results.recording.run, results.recording.environment
    machine = environment.machine if environment else {}
    cores = machine.get("cores", "an unknown number of")
    kind = "shared virtual cores" if machine.get("virtualised") else "cores"
    left_out = ""
    if shown < total:
        left_out = f"Of its {total} schemes these {shown}: {RULE}. "
    text = (
        f"[The whole report of this run]({PLACE}/report.md): the {run.plan} plan on {cores} {kind},"
        f' store on the same machine{_lifetime(results)}. {left_out}"A check costs": median '
        'inside the request, over a request without a check, with its 95 % interval; "works on '
        'for": the worst that was seen.'
    )
    noise = results.noise_us("span")
    if noise is not None:
        text += f" Two equal arms differ by up to {quantity(noise)}"
        stored = results.find("aa_noise_store_us", layer="span")
        text += f", by {quantity(stored)} where they ask a store." if stored else "."
    return _wrapped(text)


def _lifetime(results: Results) -> str:
    """Say how long tokens lived while revocation was measured."""
    bounds = [
        row.value
        for arm in results.recording.run.arms
        if arm.strength == "at-expiry"
        if (row := results.ending_one("claimed_bound_ms", arm.name, "all")) is not None
    ]
    if not bounds:
        return ""
    return f", access tokens of {number(max(bounds) / 1e3)} seconds while revocation was measured"


def _wrapped(text: str, width: int = 118) -> list[str]:
    """Break lines between words, as the rest of the README does."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
