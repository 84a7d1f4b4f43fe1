"""Runs a page's code as a reader would: from the built wheel, in an environment of its own, under
several worker processes."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any, NamedTuple

from packaging.requirements import Requirement

from bench.processes.children import ROOT, Child, wait_until

DOCS = ROOT / "docs"
GUNICORN = (
    *("gunicorn", "page:app", "--workers", "4", "--bind", "127.0.0.1:0"),
    *("--access-logfile", "-", "--access-logformat", "served by %(p)s"),
)


def make_environment(folder: Path, *wanted: str) -> Path:
    """
    Make an environment with the wheel, what it declares, and *wanted*; return its Python.

    The wheel is built from this checkout and unpacked. What it needs is linked from where the
    tests run, so that nothing is downloaded and nothing else can be imported.
    """
    built = folder / "dist"
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    [site] = (folder / "venv").glob("lib/python*/site-packages")
    [wheel] = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    [own] = Distribution.discover(path=[str(site)], name="sessions-or-tokens")
    for found in _closure([*(own.requires or []), *wanted]).values():
        _link(found, site)
    return folder / "venv" / "bin" / "python"


def _closure(requirements: Iterable[str]) -> dict[str, Distribution]:
    found: dict[str, Distribution] = {}
    waiting = [Requirement(each) for each in requirements]
    while waiting:
        wanted = waiting.pop()
        extras = wanted.extras or {""}
        if wanted.marker and not wanted.marker.evaluate({"extra": ""}):
            continue
        known = found.get(wanted.name)
        found[wanted.name] = distribution(wanted.name)
        if known is not None and not wanted.extras:
            continue
        for each in map(Requirement, found[wanted.name].requires or []):
            if each.marker is None or any(each.marker.evaluate({"extra": one}) for one in extras):
                each.marker = None
                waiting.append(each)
    return found


def _link(found: Distribution, site: Path) -> None:
    for name in {file.parts[0] for file in found.files or [] if file.parts[0] != ".."}:
        target = site / name
        if not target.exists():
            target.symlink_to(Path(str(found.locate_file(name))).resolve())


def listings(page: str, language: str = "python") -> list[str]:
    """The page's listings in *language*, as printed."""
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)


def run_shell(page: str, folder: Path, python: Path) -> None:
    """Run what the page has for the shell, with *python* as `python`."""
    for lines in listings(page, "sh"):
        path = f"{python.parent}:/usr/bin:/bin"
        subprocess.run(["sh", "-ec", lines], cwd=folder, check=True, env={"PATH": path})


class Reply(NamedTuple):
    """One answer."""

    status: int
    headers: Any
    json: Any

    @property
    def cookie(self) -> dict[str, str]:
        """What a browser sends back."""
        lines = self.headers.get_all("Set-Cookie", [])
        kept = [line.partition(";")[0] for line in lines if not re.search(r"Max-Age=0", line)]
        return {"Cookie": "; ".join(kept)}


class App:
    """A served page."""

    def __init__(self, port: int, pid: int, log: Path) -> None:
        self.port = port
        self.pid = pid
        self.log = log

    def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: Any = None
    ) -> Reply:
        """One request over a connection of its own, so that any worker may have it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            content = None if body is None else json.dumps(body)
            fields = {**(headers or {}), "Connection": "close"}
            if content is not None:
                fields["Content-Type"] = "application/json"
            connection.request(method, path, content, fields)
            answer = connection.getresponse()
            raw = answer.read()
            plain = answer.headers.get_content_type() == "application/json"
            return Reply(answer.status, answer.headers, json.loads(raw) if plain else raw)

    @property
    def workers(self) -> set[str]:
        """The processes that have answered."""
        return set(re.findall(r"served by <(\d+)>", self.log.read_text()))


@contextlib.contextmanager
def served(
    python: Path, folder: Path, code: str, command: Sequence[str] = GUNICORN
) -> Iterator[App]:
    """Serve *code*, a module with an `app`, from *folder* by the module *command*."""
    (folder / "page.py").write_text(code)
    log = folder / "page.log"

    def listening() -> re.Match[str] | None:
        return re.search(r"(?:at: |on )http://127\.0\.0\.1:(\d+)", log.read_text())

    there: list[str | Path] = ["sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", folder]
    whole = [*there, python, "-m", *command]
    with Child("page", whole, log=log, variables={"PYTHONPATH": ""}) as child:
        wait_until(lambda: log.exists() and bool(listening()), child, 60.0, "the page")
        found = listening()
        assert found is not None
        yield App(int(found.group(1)), child.pid, log)
