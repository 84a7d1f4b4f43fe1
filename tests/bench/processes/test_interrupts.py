"""What ends a run, and what was to be ignored and is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from bench.processes.children import ROOT
from bench.processes.interrupts import SIGNALS, Interrupted, interruptible


@pytest.fixture(autouse=True)
def by_default() -> Iterator[None]:
    """Every signal as a program finds it that was started in the foreground."""
    before = {each: signal.signal(each, signal.SIG_DFL) for each in SIGNALS}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.parametrize("sent", SIGNALS)
def test_the_first_signal_interrupts_and_a_second_changes_nothing(sent: signal.Signals) -> None:
    with pytest.raises(Interrupted) as caught, interruptible():
        _receive(sent, sent)
    assert caught.value.exit_code == 128 + sent
    assert [signal.getsignal(each) for each in SIGNALS] == [signal.SIG_DFL] * len(SIGNALS)


@pytest.mark.parametrize("ignored", SIGNALS)
def test_a_signal_that_is_ignored_stays_so(ignored: signal.Signals) -> None:
    """Before, within and after; the others interrupt nevertheless."""
    signal.signal(ignored, signal.SIG_IGN)
    (other, *_) = [each for each in SIGNALS if each is not ignored]
    with pytest.raises(Interrupted) as caught, interruptible():
        _receive(ignored, other)
    assert caught.value.number == other
    assert signal.getsignal(ignored) is signal.SIG_IGN


@pytest.mark.parametrize("name", ["HUP", "INT"])
def test_a_command_under_nohup_goes_on(name: str) -> None:
    """As POSIX nohup and a shell's `&` have it: the command, and what it starts, ignore it."""
    says = f"import os, signal; os.kill(os.getppid(), signal.SIG{name}); "
    says += f"print(signal.getsignal(signal.SIG{name}) is signal.SIG_IGN)"
    command = [sys.executable, "-m", "bench", "with-services", "--", sys.executable, "-c", says]
    done = subprocess.run(
        ["sh", "-c", f'trap "" {name}; exec "$@"', "sh", *command],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("True\n", "", 0)


def _receive(first: signal.Signals, second: signal.Signals) -> None:
    try:
        os.kill(os.getpid(), first)
    finally:
        os.kill(os.getpid(), second)
