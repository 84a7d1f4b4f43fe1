from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from bench.mistakes import command
from bench.mistakes.shown import Shown, Way
from bench.mistakes.stage import Stage


def _trap(shown: bool) -> Shown:
    way = Way("so", {"p50_ms": 1.0})
    return Shown("a-trap", "a title", "a setting", way, way, "a verdict", shown)


@pytest.mark.parametrize(("shown", "code"), [(True, 0), (False, 1)])
def test_a_trap_that_could_not_be_shown_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, shown: bool, code: int
) -> None:
    """Against a real node; the trap here is one that anything shows."""
    seen: list[Stage] = []

    def trap(stage: Stage) -> Shown:
        seen.append(stage)
        return _trap(shown)

    monkeypatch.setattr(command, "TRAPS", {"a-trap": trap})
    done = CliRunner().invoke(command.mistakes, ["--json"])
    assert done.exit_code == code, done.stderr
    (found,) = json.loads(done.stdout)
    assert found["shown"] is shown
    assert found["wrong"]["numbers"] == {"p50_ms": 1.0}
    assert ("not shown here: a-trap" in done.stderr) is not shown
    assert not seen[0].nodes.alive()
