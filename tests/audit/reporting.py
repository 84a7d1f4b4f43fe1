"""A run of known truths with the figures of its report, without the pages."""

from __future__ import annotations

from pathlib import Path

from bench.records import write_results
from reports.loading import load
from reports.results import evaluate
from reports.rows import COLUMNS
from reports.tables import csv_text, json_text, lines
from tests.reports import others, synthetic


def write_reported_run(folder: Path, samples: int = 200) -> Path:
    """Draw the run, save it in *folder*, and write the results that a report would.

    Differences are of all pairs of *samples*: 1,000 are enough for a p99, and take long.
    """
    shape = synthetic.Shape(blocks=3, samples=samples, trials=10, more_arms=others.ARMS)
    return write_results_of(synthetic.write(folder, others.truth(), shape))


def write_results_of(folder: Path) -> Path:
    """Write the results that a report of the run in *folder* would."""
    results = evaluate(load(folder))
    run = results.recording.run
    about = {"run": run.name, "plan": run.plan, "seed": run.seed, "state": run.state}
    (folder / "results.csv").write_text(csv_text(results, results.rows))
    (folder / "results.json").write_text(
        json_text(
            results,
            results.rows,
            about | {"valid": results.valid, "figures": dict(results.counted), "exit_status": 0},
        )
    )
    write_results(folder, COLUMNS, list(lines(results, results.rows)))
    (folder / "charts").mkdir()
    (folder / "charts" / "some.csv").write_text(csv_text(results, results.rows[:5]))
    return folder
