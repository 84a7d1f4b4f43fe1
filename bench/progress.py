"""Progress with the time left: a bar on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

PLAIN_INTERVAL_S = 5.0
BAR_INTERVAL_S = 1.0
"""Not more often: to draw takes time from what is measured."""
_STEPS = 1000.0


class Progress:
    """How far a run is: experiments, each expected to take its time; one may pause for others."""

    def __init__(self, console: Console, expected_s: Mapping[str, float]) -> None:
        self._console = console
        self._expected_s = dict(expected_s)
        self._done = dict.fromkeys(expected_s, 0.0)
        self._current = ""
        self._started_at = time.monotonic()
        self._said_at = 0.0
        self._share = 0.0
        self._bar: Bar | None = None
        self._task = TaskID(0)

    def begin(self, experiment: str) -> None:
        """The experiment *experiment* starts now, or goes on."""
        self._current = experiment
        self.advance(self._done.get(experiment, 0.0), "starting")

    def finish(self, experiment: str) -> None:
        """Nothing is left to do of *experiment*."""
        self._done[experiment] = 1.0

    def advance(self, fraction: float, text: str) -> None:
        """*fraction* of the current experiment is done, and *text* is what happens now."""
        self._done[self._current] = min(max(fraction, 0.0), 1.0)
        total = sum(self._expected_s.values()) or 1.0
        done_s = sum(self._expected_s.get(name, 0.0) * done for name, done in self._done.items())
        # A block that is measured again was counted as done: a bar that goes back helps nobody.
        share = self._share = max(self._share, min(done_s / total, 1.0))
        interval_s = PLAIN_INTERVAL_S if self._bar is None else BAR_INTERVAL_S
        if time.monotonic() - self._said_at < interval_s:
            return
        self._said_at = time.monotonic()
        line = f"{self._current}: {text}" if text else self._current
        left = f"{_duration(self._left_s(share, total))} left"
        if self._bar is None:
            self._console.print(f"  {share:4.0%}  {left}  {line}", highlight=False)
        else:
            self._bar.update(self._task, completed=share * _STEPS, description=line, left=left)
            self._bar.refresh()

    def _left_s(self, share: float, total: float) -> float:
        """The forecast at first, what was seen later."""
        elapsed = time.monotonic() - self._started_at
        forecast = total * (1.0 - share)
        seen = elapsed * (1.0 - share) / share if share > 0.05 else forecast
        return forecast * (1.0 - share) + seen * share

    def __enter__(self) -> Progress:
        if self._console.is_terminal:
            self._bar = Bar(
                BarColumn(bar_width=24),
                TextColumn("{task.percentage:>3.0f} %"),
                TimeElapsedColumn(),
                TextColumn("{task.fields[left]}"),
                TextColumn("{task.description}", markup=False),
                console=self._console,
                transient=True,
                # Redrawn when there is news: a thread that redraws would disturb what is measured.
                auto_refresh=False,
            )
            self._task = self._bar.add_task("", total=_STEPS, left="")
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()


def _duration(seconds: float) -> str:
    whole = max(0, round(seconds))
    return f"{whole // 60} min {whole % 60:02d} s" if whole >= 60 else f"{whole} s"
