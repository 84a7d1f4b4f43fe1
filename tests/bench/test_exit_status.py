"""A run that was completed ends with what its report makes of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.commands.running import _report
from bench.journal import Ending
from tests.reports import synthetic

SMALL = synthetic.Shape(blocks=2, samples=50, loads=False, far_ms=(), measures=("lookup",))
MISSED = {**synthetic.Truth().cost_us, "control-delay-100us": 160.0}


@pytest.mark.parametrize(
    ("costs", "failed", "status", "said"),
    [
        (MISSED, 0, 3, "some figures are withheld"),
        (MISSED, 1, 1, ""),
    ],
)
def test_the_exit_status_is_that_of_the_figures(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    costs: dict[str, float],
    failed: int,
    status: int,
    said: str,
) -> None:
    """But a run that failed has failed, whatever its figures are worth."""
    folder = synthetic.write(tmp_path / "run", synthetic.Truth(cost_us=costs), SMALL)
    state = "failed" if failed else "complete"
    ending = Ending(folder, state, "", failed, True)  # type: ignore[arg-type]  # one of the states
    assert _report(ending) == status
    assert said in capsys.readouterr().err
    assert json.loads((folder / "results.json").read_text())["exit_status"] == 3
