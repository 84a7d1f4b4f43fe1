"""Makes a run the published example: its report in docs/, and all that quotes it.

Its records stay out of Git, which keeps `records.sha256` instead: they are attached to a release.

Error tree:
    RecordError
        NotPublishable      the run is no evidence, or there is no place for it
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from pathlib import Path

from bench.records import FILE, RecordError

from . import headline, readme
from .loading import load
from .results import Results, evaluate
from .rows import tidy
from .writing import report

ROOT = Path(__file__).parents[1]
WINDOW = "window_ms_worst"
QUOTED = Path("workshop/labs/12-decide/numbers.toml")
"""Numbers of the example that a lab shows to those who have not measured."""
DIGEST = "records.sha256"
"""Says which records the report follows from, as `sha256sum --check` reads it."""


class NotPublishable(RecordError):
    """A run that nobody should be shown as evidence."""


def publish(folder: Path, root: Path = ROOT) -> list[Path]:
    """Publish the run in *folder* under *root*, and give what was written.

    The example of before is replaced; publishing the example itself renders it again.
    """
    if not (root / "pyproject.toml").is_file():
        raise NotPublishable("the example is a part of the project's sources: use a clone of them")
    results = evaluate(load(folder))
    refuse(results)
    # All that may be refused comes before anything is changed.
    texts = [*_quotes(root, results), _readme(root, results)]
    target = root / readme.PLACE
    if folder.resolve() != target.resolve():
        _copy(folder, target)
    report(results, target, published=True)
    digest = hashlib.sha256((target / FILE).read_bytes()).hexdigest()
    (target / DIGEST).write_text(f"{digest}  {FILE}\n", encoding="utf-8")
    for path, text in texts:
        path.write_text(text, encoding="utf-8")
    return [target, *(path for path, _ in texts)]


def refuse(results: Results) -> None:
    """Raise NotPublishable, with the reason and the remedy, unless the run is evidence."""
    run = results.recording.run
    if run.state != "complete":
        raise NotPublishable(f"{run.name} is {run.state}: let a run end, and publish that")
    withheld = next((row for row in results.rows if row.validity == "withheld"), None)
    if withheld is not None:
        raise NotPublishable(
            f"{run.name} withholds {results.counted['withheld']:,} figures, the first because "
            f"{withheld.reason}: measure it again"
        )
    if not results.costs(headline.COST):
        raise NotPublishable(
            f"{run.name} did not measure what each scheme adds to an answer: measure lookup too"
        )


def _copy(folder: Path, target: Path) -> None:
    """Put the records in place of those of before, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".example-", dir=target.parent) as name:
        fresh, old = Path(name) / "fresh", Path(name) / "old"
        fresh.mkdir()
        shutil.copy(folder / FILE, fresh / FILE)
        if target.exists():
            target.rename(old)
        try:
            fresh.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise


def _readme(root: Path, results: Results) -> tuple[Path, str]:
    """Return the README with its part made anew."""
    path = root / "README.md"
    try:
        return path, readme.replaced(path.read_text(encoding="utf-8"), results)
    except (OSError, ValueError) as exc:
        raise NotPublishable(f"{path}: {exc}") from exc


def _quotes(root: Path, results: Results) -> list[tuple[Path, str]]:
    """Return the numbers that a lab quotes, brought up to date: the same schemes and metrics."""
    path = root / QUOTED
    if not path.is_file():
        return []
    lines, scheme = [], ""
    for line in path.read_text(encoding="utf-8").splitlines():
        section, number = re.fullmatch(r"\[(.+)\]", line), re.fullmatch(r"(\w+) = .*", line)
        scheme = section[1] if section else scheme
        lines.append(f"{number[1]} = {_figure(results, number[1], scheme)!r}" if number else line)
    return [(path, "\n".join(lines) + "\n")]


def _figure(results: Results, metric: str, scheme: str) -> float:
    row = results.ending_one(metric, scheme, "all")
    if metric != WINDOW:
        row = results.main(metric).get(scheme)
    if row is None:
        raise NotPublishable(
            f"{QUOTED} quotes {metric} of {scheme}, which this run did not measure: measure it, "
            "or take it out there"
        )
    return float(tidy(row.value))
