"""Puts a report into its run folder: everything is made first, then each file appears whole."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from bench.records import write_results

from . import html, markdown, theme
from .document import Document, compose
from .ending import exit_status
from .loading import load
from .measures.traffic import Profile
from .results import Results, evaluate
from .rows import COLUMNS
from .tables import csv_text, json_text, lines
from .tested import tested

Files = Mapping[str, bytes]


def render(
    folder: Path,
    profile: Profile | None = None,
    attacks: Path | None = None,
    promises: Path | None = None,
) -> Document:
    """Read the run in *folder* and write its report there.

    *attacks* and *promises* are files of what tests found; without them, those of the docs beside
    this package, if there are any. Raises RecordError if one of them or the run cannot be
    read, OSError if it cannot be written to.
    """
    return report(evaluate(load(folder), profile), folder, attacks, promises)


def report(
    results: Results,
    folder: Path,
    attacks: Path | None = None,
    promises: Path | None = None,
    *,
    published: bool = False,
) -> Document:
    """Write the report of *results* into *folder*; as `render` does, without reading the run.

    The page of a *published* one does not link to `results.json` and PNGs, which Git leaves out.
    """
    schemes = [
        arm.name for arm in results.recording.run.arms if results.mechanism(arm.name) != "control"
    ]
    document = compose(results, tested(folder, schemes, attacks, promises))
    write(folder, files(results, document, published=published), list(lines(results, results.rows)))
    return document


def files(results: Results, document: Document, *, published: bool = False) -> dict[str, bytes]:
    """Return the content of every file of the report by its path in the run folder."""
    run = results.recording.run
    about = {
        "run": run.name,
        "plan": run.plan,
        "seed": run.seed,
        "state": run.state,
        "valid": results.valid,
        "broken": [{"scheme": one.scheme, "said": one.text} for one in document.broken],
        "figures": dict(results.counted),
        "exit_status": exit_status(results),
    }
    texts = {
        "results.csv": csv_text(results, results.rows),
        "results.json": json_text(results, results.rows, about),
        "report.md": markdown.text(document),
        "index.html": html.page(document, published=published),
    }
    environment = results.recording.environment
    if environment is not None:
        texts["environment.json"] = msgspec.json.format(
            msgspec.json.encode(environment), indent=2
        ).decode()
    if document.glance is not None:
        texts["charts/at-a-glance.svg"] = document.glance.wide
        texts["charts/at-a-glance-dark.svg"] = theme.darkened(document.glance.wide)
    made = {path: text.encode() for path, text in texts.items()}
    for section in document.sections:
        for figure in section.figures:
            stem = f"charts/{figure.name}"
            made[f"{stem}.svg"] = figure.wide.encode()
            made[f"{stem}-dark.svg"] = theme.darkened(figure.wide).encode()
            made[f"{stem}.png"] = figure.png
            made[f"{stem}.csv"] = csv_text(results, figure.table.source).encode()
    return made


def write(folder: Path, made: Files, rows: Sequence[Sequence[Any]] = ()) -> None:
    """Write all of *made* beside its place, then move each file there.

    *rows* become the table `results` of the run's records. A disk that fills up or turns out
    read-only leaves the report that was there before.
    """
    with tempfile.TemporaryDirectory(prefix=".report-", dir=folder) as name:
        staged = Path(name)
        for path, content in made.items():
            (staged / path).parent.mkdir(parents=True, exist_ok=True)
            (staged / path).write_bytes(content)
        if rows:
            write_results(folder, COLUMNS, rows)
        (folder / "charts").mkdir(exist_ok=True)
        for path in made:
            (staged / path).replace(folder / path)
        _forget(folder / "charts", {Path(path).name for path in made})


def _forget(charts: Path, kept: set[str]) -> None:
    """Remove charts of an earlier rendering that this run has no figures for."""
    for path in charts.iterdir():
        if path.name not in kept and path.suffix in {".svg", ".png", ".csv"}:
            path.unlink()
