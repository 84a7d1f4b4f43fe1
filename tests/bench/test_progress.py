from __future__ import annotations

import io

import pytest
from rich.console import Console

from bench.progress import Progress


def _console(terminal: bool) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=100)


def _text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_elsewhere_than_on_a_terminal_progress_is_plain_lines() -> None:
    console = _console(terminal=False)
    with Progress(console, {"payload": 10.0, "lookup": 30.0}) as progress:
        progress.begin("payload")
    assert _text(console) == "    0%  40 s left  payload: starting\n"


def test_lines_are_few_however_often_there_is_news() -> None:
    console = _console(terminal=False)
    with Progress(console, {"lookup": 30.0}) as progress:
        progress.begin("lookup")
        for step in range(1000):
            progress.advance(step / 1000, "on")
    assert _text(console).count("\n") == 1


def test_a_terminal_has_a_bar_and_it_goes_with_the_run() -> None:
    console = _console(terminal=True)
    with Progress(console, {"lookup": 90.0}) as progress:
        progress.begin("lookup")
    assert "1 min 30 s left" in _text(console)
    assert "lookup: starting" in _text(console)


def test_an_experiment_that_pauses_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.progress.PLAIN_INTERVAL_S", 0.0)
    console = _console(terminal=False)
    with Progress(console, {"lookup": 30.0, "scale": 10.0}) as progress:
        progress.begin("lookup")
        progress.advance(0.5, "on")
        progress.begin("scale")
        progress.finish("scale")
        progress.begin("lookup")
    assert _text(console).splitlines()[-1].startswith("   62%")


def test_progress_never_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block that is measured again was counted as done before."""
    monkeypatch.setattr("bench.progress.PLAIN_INTERVAL_S", 0.0)
    console = _console(terminal=False)
    with Progress(console, {"lookup": 30.0}) as progress:
        progress.begin("lookup")
        for done in (0.5, 0.25, 0.75):
            progress.advance(done, "on")
    shares = [int(line.split("%")[0]) for line in _text(console).splitlines()]
    assert shares == [0, 50, 50, 75]
