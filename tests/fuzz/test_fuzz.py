"""The short form of the fuzzing: a few thousand inputs each, mostly the same ones every time.

`make fuzz` is the long one.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .targets import TARGETS

ROOT = Path(__file__).parents[2]
RUNS = 4000
NEEDS = "atheris has wheels for Linux and Python below 3.14 alone"


def fuzz(target: str, found: Path) -> subprocess.CompletedProcess[str]:
    if importlib.util.find_spec("atheris") is None:
        in_ci = os.environ.get("CI") == "true" and sys.platform == "linux"
        assert not (in_ci and sys.version_info < (3, 14)), "atheris is missing"
        pytest.skip(NEEDS)
    runs = 20 * RUNS if target == "planted" else RUNS
    command = [sys.executable, "-m", "tests.fuzz", target, "--runs", str(runs)]
    return subprocess.run(
        [*command, "--found", str(found)], cwd=ROOT, check=False, capture_output=True, text=True
    )


@pytest.mark.parametrize("target", [name for name in TARGETS if name != "planted"])
def test_nothing_but_the_stated_exception_comes_out(target: str, tmp_path: Path) -> None:
    """Whatever the bytes, and with coverage as the guide to those that matter."""
    done = fuzz(target, tmp_path)
    assert done.returncode == 0, done.stdout


def test_a_fault_is_found_and_can_be_run_again(tmp_path: Path) -> None:
    """A test that cannot fail proves nothing: one was planted behind three comparisons."""
    done = fuzz("planted", tmp_path)
    assert done.returncode == 1
    assert "KeyError: 'planted'" in done.stdout
    [found] = tmp_path.iterdir()
    with pytest.raises(KeyError, match="planted"):
        TARGETS["planted"].run(found.read_bytes())
