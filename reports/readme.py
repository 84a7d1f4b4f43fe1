"""The part of the README that comes from the published run: its answer, its picture, the link."""

from __future__ import annotations

import re

from .answer import System, answer, known
from .charts import at_a_glance
from .results import Results

BEGIN, END = "<!-- figure: begin -->", "<!-- figure: end -->"
PLACE = "docs/example-report"
"""Where the published run lies, seen from the README."""
FIGURE = "at-a-glance"
ALTERNATIVE = (
    "What each way costs, against how long a stolen login works once it is revoked. "
    "The report has the same numbers as a table."
)


def replaced(text: str, results: Results) -> str:
    """Return the README *text* with its part made anew; ValueError if it has no place for it."""
    pattern = re.compile(f"{BEGIN}.*{END}", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(
            f"the README has no {BEGIN} … {END}; put both lines where the part belongs"
        )
    return pattern.sub(lambda _: part(results), text)


def part(results: Results) -> str:
    """Return the part, with the marks around it."""
    system = System()
    said = answer(known(results), system)
    told = [said.headline, said.ends]
    lines = [
        BEGIN,
        *_wrapped(" ".join(told)),
        "",
        "<picture>",
        f'<source media="(prefers-color-scheme: dark)" srcset="{PLACE}/charts/{FIGURE}-dark.svg">',
        f'<img src="{PLACE}/charts/{FIGURE}.svg" alt="{ALTERNATIVE}">',
        "</picture>",
        "",
        *_wrapped(f"{at_a_glance.caption(system)} {_about(results)}"),
        END,
    ]
    return "\n".join(lines)


def _about(results: Results) -> str:
    """Say what run it was."""
    run, environment = results.recording.run, results.recording.environment
    machine = environment.machine if environment else {}
    cores = machine.get("cores", "an unknown number of")
    kind = "shared virtual cores" if machine.get("virtualised") else "cores"
    return (
        f"From one run of the {run.plan} plan on {cores} {kind}: "
        f"[the whole report]({PLACE}/report.md)."
    )


def _wrapped(text: str, width: int = 118) -> list[str]:
    """Break lines between words, as the rest of the README does."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
