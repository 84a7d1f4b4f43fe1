"""The bundle: a folder from which the workshop is installed and run without a network."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from workshop.runner.bundling import CannotBundle, closure, make

LEARNER_S, TEACHER_S = 180.0, 600.0
"""What is promised: three minutes, and ten."""


@dataclass
class ClassRoom:
    """A machine without a network, on which the bundle was unpacked and installed."""

    bundle: Path
    folder: Path
    """Where the learner sits: nothing of the project is here."""
    offline: list[str]
    """What a command is run by, so that it has no network."""
    packed_s: float
    installed_s: float

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command as printed in the labs: `python` is that of the bundle."""
        environment = {
            # A network that answers nobody, where the kernel cannot take it away altogether.
            **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9"),
            "PATH": f"{self.bundle / '.venv' / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "PYTHON": sys.executable,
        }
        return subprocess.run(
            [*self.offline, *words],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def workshop(self, *words: str, code: int = 0) -> str:
        """Run a command of the workshop that ends with *code*; gives what it printed."""
        done = self.run("python", "-m", "workshop", *words)
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done.stdout


def without_network() -> list[str]:
    """A network namespace with loopback alone, where the kernel grants one; else nothing."""
    loopback = 'ip link set lo up && exec "$@"'
    for unshare in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        prefix = [*unshare, "sh", "-c", loopback, "sh"]
        try:
            if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
                return prefix
        except FileNotFoundError:
            break
    return []


@pytest.fixture(scope="module")
def class_room(tmp_path_factory: pytest.TempPathFactory) -> ClassRoom:
    """The whole bundle, bench included: packed once, installed once."""
    bundle = tmp_path_factory.mktemp("bundle") / "class-room"
    began = time.monotonic()
    make(bundle, extras=("bench",), say=lambda _: None)
    packed_s = time.monotonic() - began
    room = ClassRoom(bundle, tmp_path_factory.mktemp("learner"), without_network(), packed_s, 0.0)
    began = time.monotonic()
    done = room.run("sh", str(bundle / "install.sh"))
    assert done.returncode == 0, done.stderr
    room.installed_s = time.monotonic() - began
    return room


def test_there_is_no_network_in_the_class_room(class_room: ClassRoom) -> None:
    """Loopback alone; what follows would otherwise prove little."""
    if not class_room.offline:
        pytest.skip("this kernel grants no network namespace: proxies that answer nobody must do")
    names = "import socket; print([name for _, name in socket.if_nameindex()])"
    assert class_room.run("python", "-c", names).stdout.strip() == "['lo']"


def test_a_learner_is_ready_in_three_minutes(class_room: ClassRoom) -> None:
    """
    Install, doctor, next, and lab 0 from the first check to a pass with the reference.

    Nothing else in these tests is timed. The time is what is promised, so it is held here, with
    three minutes for what takes well under one.
    """
    began = time.monotonic()
    assert class_room.workshop("doctor").splitlines()[-1] == "The labs can begin."
    missing = [line for line in class_room.workshop("doctor").splitlines() if "without  " in line]
    assert [
        line for line in missing if "a browser" not in line and "two processor" not in line
    ] == []
    assert "# Lab 0" in class_room.workshop("next")
    class_room.workshop("check", "0", code=1)
    reference = class_room.workshop("solution", "0", "--skip")
    policy = next((class_room.folder / "my-workshop").glob("00-*/policy.py"))
    policy.write_text(reference)
    class_room.workshop("check", "0")
    assert "# Lab 1" in class_room.workshop("next")
    assert class_room.installed_s + time.monotonic() - began < LEARNER_S


def test_a_teacher_is_ready_in_ten_minutes(class_room: ClassRoom) -> None:
    """
    What instructor.md asks for: pack the bundle and install it, then the notes, and lab 0.

    Timed for the same reason as the learner. Reading is the teacher's own.
    """
    began = time.monotonic()
    class_room.workshop("doctor")
    assert "12:55" in class_room.workshop("timetable", "--begin", "09:00")
    assert "90 minutes" in class_room.workshop("timetable", "--track", "ninety")
    assert class_room.workshop("handout", "--teacher").count("**Surprise.**") >= 13
    assert class_room.workshop("handout").count("\n| ") >= 14
    assert "The attack works." in class_room.workshop("attack", "0")
    assert (class_room.bundle / "sources" / "workshop" / "instructor.md").is_file()
    spent_s = class_room.packed_s + class_room.installed_s + time.monotonic() - began
    assert spent_s < TEACHER_S


def test_a_learner_measures_with_the_real_harness(class_room: ClassRoom) -> None:
    """Lab 9 from the bench to the card: bytes are exact, so a noisy machine counts them too."""
    class_room.workshop("predict", "9", "--answer", "smaller=token-cookie-hs256-expiry")
    said = class_room.workshop("measure", "9")
    assert "pass  measured: the session's request is smaller" in said
    assert "(you said token-cookie-hs256-expiry)" in said
    numbers = (class_room.folder / "my-workshop" / "my-numbers.toml").read_text()
    assert "request_bytes" in numbers


def test_it_is_installed_by_the_python_it_was_made_for(class_room: ClassRoom) -> None:
    """Another version is told which one, before anything is written."""
    script = (class_room.bundle / "install.sh").read_text()
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    other = class_room.folder / "install.sh"
    other.write_text(script.replace(here, "3.99"))
    done = class_room.run("sh", str(other))
    assert done.returncode == 2
    assert "PYTHON=python3.99 sh install.sh" in done.stderr
    assert not (class_room.folder / ".venv").exists()


def test_what_is_installed_becomes_wheels_that_are_whole() -> None:
    """The harness's packages are in it unless left out, and each once."""
    small = [package.metadata["Name"].lower() for package in closure("sessions-or-tokens", ())]
    large = [p.metadata["Name"].lower() for p in closure("sessions-or-tokens", ("bench",))]
    assert {"flask", "cryptography", "werkzeug"} <= set(small)
    assert "locust" in large
    assert "locust" not in small
    assert len(large) == len(set(large))


def test_a_wheel_lists_its_files(tmp_path: Path) -> None:
    """With their digests, as an installer checks them."""
    from importlib.metadata import distribution

    from workshop.runner.bundling import repack

    path = repack(distribution("click"), tmp_path)
    with zipfile.ZipFile(path) as archive:
        record = next(name for name in archive.namelist() if name.endswith("/RECORD"))
        listed = {line.split(",")[0] for line in archive.read(record).decode().split()}
        assert listed == set(archive.namelist())


def test_it_is_not_made_over_something_else(tmp_path: Path) -> None:
    """A folder that holds anything is left alone."""
    (tmp_path / "mine").write_text("keep")
    with pytest.raises(CannotBundle, match="not empty"):
        make(tmp_path, extras=(), say=lambda _: None)
    assert (tmp_path / "mine").read_text() == "keep"


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is fetched: what is not installed is named with the remedy, and nothing is left."""
    out = tmp_path / "bundle"
    monkeypatch.setattr("workshop.runner.bundling.PROJECT", "not-installed-anywhere")
    with pytest.raises(CannotBundle, match="--without-bench"):
        make(out, extras=(), say=lambda _: None)
    assert not out.exists()
