"""The promise grid as data and as a page: scheme by promise, and what breaks where."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .claims import rival_of
from .promises import Outcome, promises

SCHEMA = 1
SYMBOLS = {"kept": "✓", "broken": "✗", "does not claim": "○", "does not apply": "·"}
Grid = dict[str, Any]

_HEAD = """# Promises kept and broken

Every scheme, ours and those of other libraries, under the same HTTP contract
(`demo.testing.SchemeContract`), with the same severity. This page is what one run of
`make promises` found; nothing in it is written by hand.

✓ kept, ✗ broken, ○ the library does not claim it, · it does not apply, such as a cookie's rule to
a bearer token.

A library is used as its own documentation shows it; the page is cited in its adapter under
`bench/rivals/`. What is outside the adapter counts for nobody: the routes, the cookie's attributes
and the checks of a request's origin are the demo app's, so a row says what a mechanism does and
not what its own framework would add. [Another page](rivals.md) says what is measured of them, and
shows what is broken once more, in scripts that use nothing of this project.
"""


def grid_of(found: Mapping[str, Mapping[str, Outcome]]) -> Grid:
    """The outcomes by scheme, with the library of each, as plain data."""
    schemes = {}
    for name, outcomes in found.items():
        rival = rival_of(name)
        schemes[name] = {
            "library": rival.library if rival else "this project",
            "configuration": rival.configuration if rival else "",
            "outcomes": {promise: _plain(outcome) for promise, outcome in outcomes.items()},
            "threads": dict(rival.threads) if rival else {},
        }
    return {"schema": SCHEMA, "promises": promises(), "schemes": schemes}


def write(grid: Grid, folder: Path) -> None:
    """Write `promises.json` and `promises.md` into *folder*."""
    text = json.dumps(grid, indent=1, ensure_ascii=False)
    (folder / "promises.json").write_text(text + "\n", encoding="utf-8")
    (folder / "promises.md").write_text(page(grid), encoding="utf-8")


def page(grid: Grid) -> str:
    """The grid as Markdown: a table, what each column means, and every broken promise."""
    numbers = {promise: number for number, promise in enumerate(grid["promises"], 1)}
    lines = [_HEAD, "## The grid", "", *_table(grid, numbers), "", "## The promises", ""]
    lines += [f"{numbers[name]}. {words}" for name, words in grid["promises"].items()]
    lines += ["", "## What is broken", ""]
    lines += _broken(grid, numbers) or ["Nothing."]
    lines += ["", "## What is not claimed", "", *_unclaimed(grid, numbers)]
    return "\n".join(lines) + "\n"


def _table(grid: Grid, numbers: Mapping[str, int]) -> list[str]:
    head = ["scheme", "library", *map(str, numbers.values())]
    rows = [
        [f"`{name}`", entry["library"], *(_symbol(entry, promise) for promise in numbers)]
        for name, entry in grid["schemes"].items()
    ]
    return [
        "| " + " | ".join(cells) + " |" for cells in (head, ["---", "---", *[":-:"] * len(numbers)])
    ] + ["| " + " | ".join(cells) + " |" for cells in rows]


def _symbol(entry: Mapping[str, Any], promise: str) -> str:
    return SYMBOLS[entry["outcomes"][promise]["outcome"]]


def _broken(grid: Grid, numbers: Mapping[str, int]) -> list[str]:
    lines = []
    for name, entry in grid["schemes"].items():
        for promise, found in entry["outcomes"].items():
            if found["outcome"] != "broken":
                continue
            thread = entry["threads"].get(promise)
            lines += [
                f"* **{entry['library']}**, `{name}`, promise {numbers[promise]}: "
                f"{grid['promises'][promise]} Seen: `{found['why']}`."
                + (f" Discussed in <{thread}>." if thread else ""),
                f"  Again: `python -m bench.rivals --scheme {name} --promise {promise}`",
            ]
    return lines


def _unclaimed(grid: Grid, numbers: Mapping[str, int]) -> list[str]:
    lines = []
    for name, entry in grid["schemes"].items():
        reasons: dict[str, list[int]] = {}
        for promise, found in entry["outcomes"].items():
            if found["outcome"] == "does not claim":
                reasons.setdefault(found["why"], []).append(numbers[promise])
        said = "; ".join(
            f"{', '.join(map(str, which))}: {reason}" for reason, which in reasons.items()
        )
        lines += [f"* `{name}`: {said}."] if said else []
    return lines


def _plain(outcome: Outcome) -> dict[str, str]:
    return {name: value for name, value in asdict(outcome).items() if value}
