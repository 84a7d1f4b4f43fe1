"""The page that puts the entries side by side, between two marks of docs/league.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..processes.children import ROOT, BenchError
from .entry import Entry, Figure

PAGE = ROOT / "docs" / "league.md"
BEGIN, END = "<!-- league: begin -->", "<!-- league: end -->"
_NONE = "none"


def with_entries(text: str, entries: Sequence[Entry]) -> str:
    """*text*, with what stands between the marks made anew from *entries*."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise BenchError(f"{PAGE} has no {BEGIN} and {END}; put them where the tables belong")
    return f"{before}{BEGIN}\n{_tables(entries)}\n{END}{after}"


def read_page(path: Path) -> str:
    """The page as it is."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as exc:
        raise BenchError(f"{path} cannot be read: {exc.strerror}") from exc


def _tables(entries: Sequence[Entry]) -> str:
    if not entries:
        return "No machine has an entry yet."
    names = [f"{entry.name} ({entry.date})" for entry in entries]
    return "\n".join(
        [
            *_table(["", *names], _about(entries)),
            "",
            "What a check costs, in microseconds over a request without one (95 % interval):",
            "",
            *_table(["scheme", *names], _costs(entries)),
        ]
    )


def _about(entries: Sequence[Entry]) -> list[list[str]]:
    lines = {
        "processor": [entry.machine.cpu for entry in entries],
        "cores": [str(entry.machine.cores) for entry in entries],
        "memory, GiB": [f"{entry.machine.memory_bytes / 2**30:.0f}" for entry in entries],
        "virtual machine": [entry.machine.virtualised for entry in entries],
        "system": [entry.machine.system for entry in entries],
        "Python": [entry.machine.python for entry in entries],
        "plan": [entry.plan for entry in entries],
        "commit": [f"`{entry.commit[:12]}`" for entry in entries],
        "noise floor, us": [f"{entry.aa_noise_us:.3g}" for entry in entries],
        "known delay, us": [f"{entry.injected_us:g}" for entry in entries],
        "found as, us": [_shown(entry.recovered_us) for entry in entries],
    }
    return [[name, *values] for name, values in lines.items()]


def _costs(entries: Sequence[Entry]) -> list[list[str]]:
    first = entries[0].schemes
    names = sorted(first, key=lambda name: first[name].check_us.value)
    others = {name for entry in entries for name in entry.schemes} - set(names)
    return [
        [
            f"`{name}`",
            *(
                _shown(entry.schemes[name].check_us) if name in entry.schemes else _NONE
                for entry in entries
            ),
        ]
        for name in [*names, *sorted(others)]
    ]


def _shown(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return f"{figure.value:.3g}"
    return f"{figure.value:.3g} [{figure.low:.3g}, {figure.high:.3g}]"


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> list[str]:
    rules = ["---", *("--:" for _ in head[1:])]
    return [f"| {' | '.join(line)} |" for line in (head, rules, *lines)]
