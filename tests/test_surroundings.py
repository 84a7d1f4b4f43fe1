"""Nothing depends on where, by whom and in which language the project is run."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("sessions", "tokens", "demo", "bench", "audit", "reports", "workshop")


def depends_on_the_locale(call: ast.Call) -> bool:
    """Whether *call* reads or writes text in the encoding of the locale."""
    named = {keyword.arg for keyword in call.keywords}
    if "encoding" in named:
        return False
    given = [each.value for each in call.args if isinstance(each, ast.Constant)]
    match call.func:
        case ast.Name(id="open") | ast.Attribute(attr="fdopen"):
            return not any("b" in mode for mode in given if isinstance(mode, str))
        case ast.Attribute(attr="open", value=ast.Name() | ast.Attribute() as owner):
            # A path's, not that of the standard library, of a client or of an object of ours.
            whose = owner.attr if isinstance(owner, ast.Attribute) else owner.id
            others = {"os", "client", "self", "relay", "webbrowser", "_connections", "_pool"}
            return whose not in others and not any("b" in str(mode) for mode in given)
        case ast.Attribute(attr="read_text"):
            return not call.args
        case ast.Attribute(attr="write_text"):
            return len(call.args) < 2
    return any(
        keyword.arg in ("text", "universal_newlines")
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value is True
        for keyword in call.keywords
    )


def calls() -> Iterator[tuple[str, ast.Call]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                if isinstance(node, ast.Call):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_no_file_and_no_output_is_read_in_the_encoding_of_the_locale() -> None:
    """Each is opened as UTF-8, whatever LANG and PYTHONUTF8 are."""
    assert [place for place, call in calls() if depends_on_the_locale(call)] == []


def test_no_statement_has_numbered_placeholders() -> None:
    """Python 3.12 warns of `?1` with a sequence, and 3.14 refuses it."""
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"[ (]\?\d", line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("code", "depends"),
    [
        ("open(path)", True),
        ("path.open()", True),
        ("path.open('a')", True),
        ("os.fdopen(number, 'w')", True),
        ("path.read_text(errors='replace')", True),
        ("path.write_text(text)", True),
        ("subprocess.run(command, text=True)", True),
        ("open(path, 'rb')", False),
        ("path.open('ab', buffering=0)", False),
        ("path.read_text(encoding='utf-8')", False),
        ("subprocess.run(command, encoding='utf-8')", False),
        ("os.open(path, os.O_RDONLY)", False),
    ],
)
def test_the_look_for_encodings_finds_what_it_should(code: str, depends: bool) -> None:
    call = ast.parse(code, mode="eval").body
    assert isinstance(call, ast.Call)
    assert depends_on_the_locale(call) is depends


SHADOWS = ("demo", "sessions", "tokens", "numpy", "click", "flask", "locust", "msgspec", "random")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder of somebody's own project, whose modules are called like ours and our parts."""
    for name in SHADOWS:
        (tmp_path / f"{name}.py").write_text("raise SystemExit('not meant')\n", encoding="utf-8")
    for name in ("reports", "matplotlib"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('not meant')\n", "utf-8")
    for name in ("bench", "tests", "docs"):
        (tmp_path / name).mkdir()
    return tmp_path


def run_in(
    folder: Path, *arguments: str, timeout_s: float = 120, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run Python in *folder* as somebody who has the project installed, and only that."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=timeout_s,
        check=False,
    )


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["bench", "run", "--help"], "--plan"),
        (["bench", "probe", "--help"], "--config"),
        (["bench.rivals", "--help"], "--promise"),
        (["demo", "--list"], "session-cookie-memory"),
        (["demo", "--help"], "--scheme"),
        (["workshop", "list"], "15 min"),
    ],
)
def test_modules_of_the_folder_one_stands_in_are_not_meant(
    elsewhere: Path, command: list[str], says: str
) -> None:
    # One of the very name that was asked for is what Python runs.
    (elsewhere / f"{command[0]}.py").unlink(missing_ok=True)
    done = run_in(elsewhere, "-m", *command)
    assert done.returncode == 0, done.stderr
    assert says in done.stdout


def test_a_run_and_its_report_are_made_in_any_folder(elsewhere: Path) -> None:
    """The processes that the bench starts look past the folder as well."""
    for name in ("locust.conf", ".locust.conf"):
        (elsewhere / name).write_text("users = 7\nrun-time = 1s\ntags = other\n", "utf-8")
    run = ["-m", "bench", "run", "--plan", "smoke", "--only", "lookup", "--out", "out"]
    done = run_in(elsewhere, *run, "--schemes", "session-cookie-sqlite", HOME=str(elsewhere))
    assert done.returncode in (0, 3), done.stderr
    assert (elsewhere / "out" / "latest" / "index.html").is_file()


def test_the_three_nodes_are_started_in_any_folder(elsewhere: Path) -> None:
    """Those that the teaching pages show: each is a process of its own."""
    code = (
        "import sys, pathlib; sys.path.remove('');"
        "from demo.teaching.cluster import Node;"
        "node = Node('node-1', ['--scheme', 'control'], pathlib.Path());"
        "node.start(); print(node.base); node.stop()"
    )
    done = run_in(elsewhere, "-c", code)
    assert done.stdout.startswith("http://127.0.0.1:"), done.stderr


def git(folder: Path, *arguments: str) -> None:
    name = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "core.hooksPath=/dev/null")
    windows = ("-c", "core.autocrlf=true")
    subprocess.run(["git", *name, *windows, *arguments], cwd=folder, check=True, timeout=60)


def test_a_checkout_by_git_for_windows_has_the_same_bytes(tmp_path: Path) -> None:
    """As its installer sets it up: with CRLF in them, no shell runs our scripts."""
    files = {name: (ROOT / name).read_bytes() for name in (".gitattributes", "Makefile", ".ci/run")}
    files |= {"a.py": b"x = 1\n", "a.json": b"{}\n", "a.npz": b"PK\r\n\n\r", "a.png": b"P\r\nN\nG"}
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "all")
    for name in files:
        (tmp_path / name).unlink()
    git(tmp_path, "checkout", "--quiet", ".")
    assert {name: (tmp_path / name).read_bytes() for name in files} == files
