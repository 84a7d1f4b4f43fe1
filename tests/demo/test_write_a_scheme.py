"""docs/write-a-scheme.md, followed to the letter: its code is installed, served and tested."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).parents[2] / "docs" / "write-a-scheme.md"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The package of the page, as an installer would lay it out."""
    text = DOCUMENT.read_text()
    for name, code in re.findall(r"`(\w+\.py)`:\n\n```python\n(.*?)```", text, re.DOTALL):
        (tmp_path / name).write_text(code)
    (project,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    settings = tomllib.loads(project)["project"]
    metadata = tmp_path / "acme_schemes-1.0.dist-info"
    metadata.mkdir()
    name, version = settings["name"], settings["version"]
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = [
        line
        for group, points in settings["entry-points"].items()
        for line in (f"[{group}]", *(f"{key} = {value}" for key, value in points.items()))
    ]
    (metadata / "entry_points.txt").write_text("\n".join(lines) + "\n")
    return tmp_path


def run(package: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        cwd=package,
        env=os.environ | {"PYTHONPATH": str(package)},
        timeout=120,
        check=False,
    )


def test_a_strangers_scheme_is_found_by_its_name(package: Path) -> None:
    """Its entry point is all it takes."""
    code = (
        "from demo.auth import Settings; from demo.schemes import build, names;"
        "assert 'session-cookie-bank' in names();"
        "print(build('session-cookie-bank', Settings()).summary)"
    )
    ended = run(package, "-c", code)
    assert ended.stderr == ""
    assert "five minutes idle" in ended.stdout


def test_a_strangers_scheme_is_tested_by_the_contract(package: Path) -> None:
    """Every promise runs, and none is broken."""
    ended = run(package, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_acme_schemes.py")
    assert ended.returncode == 0, ended.stdout
    passed = re.search(r"(\d+) passed", ended.stdout)
    assert passed is not None
    assert int(passed[1]) > 25


def test_a_scheme_that_cannot_be_loaded_is_named(package: Path) -> None:
    """A broken package is one clear line, and only for those who ask for its scheme."""
    (package / "acme_schemes.py").write_text("import nothing_of_that_name\n")
    ended = run(package, "-m", "demo", "--port", "0", "--scheme", "session-cookie-bank")
    assert ended.returncode == 1
    assert "scheme session-cookie-bank cannot be loaded" in ended.stderr
    assert "Traceback" not in ended.stderr
