"""The attack matrix: every attack against every scheme, as JSON for the report and as a page.

A cell says what came of it and which test proves it. What was not run is marked so: `argued`, with
the reason in its text.
"""

from __future__ import annotations

import re
import tempfile
import textwrap
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Literal

import msgspec

from demo.auth import Settings

from . import ATTACKS
from .schemes import CARRIED, SchemeUnderAttack, scheme_names
from .target import Result

FORMAT = 1
SYMBOLS: dict[Result, str] = {
    "blocked": "✓",
    "limited": "◐",
    "works": "✗",
    "not-applicable": "-",
}
WORDS: dict[Result, str] = {
    "blocked": "blocked",
    "limited": "works for a time that the scheme states",
    "works": "works",
    "not-applicable": "does not apply",
}
REUSE_TEST = "tests/tokens/test_renewing.py::test_reuse_after_the_grace_period_ends_the_family"
"""The schemes run on the real clock, and no test waits out a grace period of ten seconds."""


class Cell(msgspec.Struct, frozen=True):
    """One attack on one scheme."""

    attack: str
    scheme: str
    result: Result
    symbol: str
    text: str
    basis: Literal["run", "other-test", "argued"]
    """`run`: by the test in `proof`, through the app's routes; `other-test`: by one of the part."""
    proof: str
    """The test that holds it; empty where it is argued."""


def measure_all(store_urls: str, say: Callable[[str], None]) -> list[Cell]:
    """Run everything; ValueError if a store that a scheme needs was not given."""
    cells: list[Cell] = []
    with tempfile.TemporaryDirectory(prefix="workshop-matrix-") as folder:
        for name in scheme_names():
            say(f"  {name}")
            cells += measure(name, settings(store_urls, Path(folder)))
    return cells


def settings(store_urls: str, folder: Path) -> Settings:
    """What schemes under attack are built from: shared stores and keys, long-lived tokens."""
    return Settings(
        store_url=store_urls or None,
        keys_file=folder / "keys.json",
        access=timedelta(minutes=5),
    )


def measure(name: str, given: Settings) -> list[Cell]:
    """Every attack on one scheme."""
    under_attack = SchemeUnderAttack(name, given)
    try:
        return [cell(under_attack, attack) for attack in ATTACKS]
    finally:
        under_attack.close()


def cell(under_attack: SchemeUnderAttack, attack: str) -> Cell:
    """One attack on one scheme."""
    target = under_attack.target
    if target.transport not in CARRIED:
        return _teaching(attack, target.name)
    if attack == "refresh-reuse" and target.mechanism == "token":
        text = "Reuse after the grace period ends the family."
        return _cell(attack, target.name, "blocked", text, "other-test", REUSE_TEST)
    outcome = ATTACKS[attack].run(target)
    proof = f"tests/attacks/test_{attack.replace('-', '_')}.py::test_every_scheme[{target.name}]"
    return _cell(attack, target.name, outcome.result, outcome.text, "run", proof)


def write_matrix(folder: Path, cells: Sequence[Cell]) -> None:
    """Write `attack-matrix.json` and `attack-matrix.md`."""
    folder.mkdir(parents=True, exist_ok=True)
    known = {
        "format": FORMAT,
        "symbols": {key: {"symbol": SYMBOLS[key], "text": WORDS[key]} for key in SYMBOLS},
        "attacks": [
            {"name": name, "title": module.TITLE, "how": module.HOW}
            for name, module in ATTACKS.items()
        ],
        "schemes": list(dict.fromkeys(cell.scheme for cell in cells)),
        "cells": cells,
    }
    encoded = msgspec.json.format(msgspec.json.encode(known), indent=1)
    (folder / "attack-matrix.json").write_bytes(encoded + b"\n")
    (folder / "attack-matrix.md").write_text("\n".join(page(cells)) + "\n", encoding="utf-8")


def read_cells(path: Path) -> dict[tuple[str, str], Cell]:
    """The cells of a matrix that was written, by attack and scheme."""
    known = msgspec.json.decode(path.read_bytes())
    cells = [msgspec.convert(found, Cell) for found in known["cells"]]
    return {(cell.attack, cell.scheme): cell for cell in cells}


def without_numbers(text: str) -> str:
    """A cell's text without its counts: these may differ by a byte from run to run."""
    return re.sub(r"\d+(\.\d+)?", "#", text)


def page(cells: Sequence[Cell]) -> list[str]:
    """The matrix as Markdown: a table of symbols, then each attack in words."""
    by = {(cell.attack, cell.scheme): cell for cell in cells}
    schemes = list(dict.fromkeys(cell.scheme for cell in cells))
    lines = [
        "# The attack matrix",
        "",
        "Every attack of `workshop/attacks/` against every scheme of the project's own, through",
        "the app's HTTP routes within one process. Written by `make attack-matrix`, held by",
        "`tests/attacks/`.",
        "",
        *(f"* {SYMBOLS[result]} {WORDS[result]}" for result in SYMBOLS),
        "* (°) run by the test of a part, (*) argued and not run; all others are run.",
        "",
        *_wrapped("Columns: " + ", ".join(f"{n} `{name}`" for n, name in enumerate(ATTACKS, 1))),
        "",
        "| scheme | " + " | ".join(str(n) for n in range(1, len(ATTACKS) + 1)) + " |",
        "|---|" + ":-:|" * len(ATTACKS),
    ]
    for scheme in schemes:
        marks = [_mark(by[name, scheme]) for name in ATTACKS]
        lines.append(f"| `{scheme}` | {' | '.join(marks)} |")
    for number, (name, module) in enumerate(ATTACKS.items(), 1):
        lines += ["", f"## {number} {module.TITLE}", "", module.HOW, ""]
        lines += list(_grouped(by[name, scheme] for scheme in schemes))
        lines += ["", f"Proof: [tests/attacks/{_file(name)}](../tests/attacks/{_file(name)})"]
    return lines


def _grouped(cells: Iterable[Cell]) -> Iterable[str]:
    """One line for all schemes that got the same answer."""
    groups: dict[tuple[str, str], list[str]] = {}
    for cell in cells:
        word = f"{cell.symbol} {WORDS[cell.result]}{_basis(cell)}: {cell.text}"
        groups.setdefault((cell.result, word), []).append(f"`{cell.scheme}`")
    for (_, word), names in groups.items():
        yield from _wrapped(f"* {word}", "  ")
        yield from _wrapped(f"  ({', '.join(names)})", "  ")


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text, 118, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _mark(cell: Cell) -> str:
    return cell.symbol + {"run": "", "other-test": "°", "argued": "*"}[cell.basis]


def _basis(cell: Cell) -> str:
    if cell.basis == "argued":
        return " (argued, not run)"
    return f" ({cell.proof})" if cell.basis == "other-test" else ""


def _file(attack: str) -> str:
    return f"test_{attack.replace('-', '_')}.py"


def _teaching(attack: str, scheme: str) -> Cell:
    """Carriers for teaching leak by their nature, and no browser of ours carries them."""
    if attack == "url-leak":
        text = "The credential is in addresses or fields; this carrier is there to show that."
        return _cell(attack, scheme, "works", text, "argued", "")
    text = "A carrier for teaching, on loopback alone: lab 1 attacks it."
    return _cell(attack, scheme, "not-applicable", text, "argued", "")


def _cell(
    attack: str,
    scheme: str,
    result: Result,
    text: str,
    basis: Literal["run", "other-test", "argued"],
    proof: str,
) -> Cell:
    return Cell(attack, scheme, result, SYMBOLS[result], text, basis, proof)
