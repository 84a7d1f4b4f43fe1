"""Watch mode: it checks when the file changes, and obeys its keys, with a terminal and without."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from workshop.runner.catalogue import find
from workshop.runner.folder import Folder
from workshop.runner.watching import Watch

LAB = find("12")
PATIENCE_S = 30.0


class Screen:
    """What a process has written to its terminal, as it comes."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.text = ""

    def wait_for(self, pattern: str) -> None:
        """Return once *pattern* has appeared; what came before it is forgotten."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            if found := re.search(pattern, self.text):
                self.text = self.text[found.end() :]
                return
            if select.select([self._descriptor], [], [], 0.2)[0]:
                self.text += os.read(self._descriptor, 65536).decode()
        raise AssertionError(f"{pattern!r} did not appear in {self.text!r}")


def test_in_a_terminal(folder: Folder) -> None:
    """It checks by itself after a change; n, h, l, r and q do what rustlings' do."""
    folder.policy(LAB)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "workshop", "--folder", str(folder.path)]
    process = subprocess.Popen(
        [*command, "check", "12", "--watch"], stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    try:
        screen = Screen(ours)
        screen.wait_for("right for all three")
        os.write(ours, b"no\n")
        screen.wait_for(r"Not yet\.[\s\S]*q quit")
        os.write(ours, b"h")
        screen.wait_for("Where to look")
        os.write(ours, b"l")
        screen.wait_for("12 fail +Decide")
        os.write(ours, b"n")
        screen.wait_for("not passed yet")
        shutil.copyfile(LAB.file("reference", "policy.py"), folder.policy(LAB))
        screen.wait_for(r"Passed\.[\s\S]*q quit")
        os.write(ours, b"n")
        screen.wait_for("That was the last lab")
        os.write(ours, b"q")
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def test_the_whole_path_in_a_terminal(folder: Folder) -> None:
    """Text, predictions, attack, and only then a check; the next lab begins in the same way."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "workshop", "--folder", str(folder.path), "walk"]
    process = subprocess.Popen(
        [*command, "--track", "90"], stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    first, second = find("0"), find("1")
    try:
        screen = Screen(ours)
        screen.wait_for("# Lab 0")
        screen.wait_for(r"\(yes, no\)")
        assert not (folder.of(first) / "result.json").exists()
        os.write(ours, b"maybe\n")
        screen.wait_for("choose one of: yes, no")
        os.write(ours, b"2\n")
        screen.wait_for("How many bytes")
        os.write(ours, b"\n")
        screen.wait_for("The attack works")
        screen.wait_for(r"Not yet\.[\s\S]*q quit")
        assert folder.predictions(first) == {"second-request": "no"}
        shutil.copyfile(first.file("reference", "policy.py"), folder.policy(first))
        screen.wait_for(r"Passed\.[\s\S]*q quit")
        os.write(ours, b"n")
        screen.wait_for("# Lab 1")
        screen.wait_for("the origin only")
        assert not (folder.of(second) / "result.json").exists()
        os.write(ours, b"nothing\n")
        screen.wait_for("Is she still known")
        os.write(ours, b"no\n")
        screen.wait_for(r"Not yet\.[\s\S]*q quit")
        assert folder.predictions(second)["default-referer"] == "nothing"
        os.write(ours, b"q")
        assert process.wait(PATIENCE_S) == 1
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def test_without_a_terminal(folder: Folder) -> None:
    """Plain: a verdict, and letters from a pipe count one a line."""
    read, write = os.pipe()
    said: list[str] = []
    with os.fdopen(read) as keys, os.fdopen(write, "w") as typed:
        typed.write("h\nl\nq\n")
        typed.flush()
        code = Watch(folder, LAB, said.append, keys).run(rounds=10)
    assert code == 1
    text = "\n".join(said)
    assert "Not yet." in text
    assert "Where to look" in text
    assert "12 fail" in text
    assert "\x1b" not in text


def test_a_closed_input_is_no_key(folder: Folder) -> None:
    """It goes on watching, and the exit code is the last verdict's."""
    with open(os.devnull) as keys:
        assert Watch(folder, LAB, lambda _: None, keys).run(rounds=2) == 1


def test_what_is_saved_while_a_check_runs_is_checked_next(folder: Folder) -> None:
    """The first check says that the file is wrong; by then it is right, and no more is saved."""
    verdicts: list[str] = []

    def say(text: str) -> None:
        if not verdicts:
            shutil.copyfile(LAB.file("reference", "policy.py"), folder.policy(LAB))
        verdicts.append(text)

    with open(os.devnull) as keys:
        assert Watch(folder, LAB, say, keys).run(rounds=1) == 0


def test_control_c_leaves_nothing_behind(tmp_path: Path) -> None:
    """The exit code is the shell's for an interrupt, with no traceback."""
    command = [sys.executable, "-m", "workshop", "--folder", str(tmp_path), "check", "12"]
    process = subprocess.Popen(
        [*command, "--watch"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        while "q quit" not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
    assert (process.returncode, errors) == (130, "")
