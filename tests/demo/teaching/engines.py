"""The browsers whose facts are measured: those of this machine, as their makers ship them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

# Names under .test lead nowhere but here: a plain connection that is not to this machine's names.
ELSEWHERE = "shop.test"
EXECUTABLES: Mapping[str, Sequence[str]] = {
    "chromium": ("chromium",),
    "firefox": ("firefox", "firefox-esr"),
}
PATIENCE_S = 20.0


class Tab(Protocol):
    """An open tab; what it does, a person could do."""

    @property
    def said(self) -> list[str]:
        """What stands on the console of the developer tools."""

    def goto(self, url: str) -> None:
        """Enter an address, and wait until the page is there."""

    def click(self, selector: str) -> None:
        """Click on the element."""

    def evaluate(self, expression: str) -> object:
        """Give what a script of the page would see; of a promise, what it comes to."""

    def wait_for(self, ending: str) -> None:
        """Wait until the address ends so."""


class Browser(Protocol):
    """A browser that runs."""

    engine: str
    version: str

    def tab(self, forget: bool = True) -> AbstractContextManager[Tab]:
        """Open a tab; before that, forget every cookie."""


def executable(engine: str) -> str | None:
    """Where *engine* is installed; None if it is not."""
    found = (shutil.which(name) for name in EXECUTABLES[engine])
    return next((path for path in found if path is not None), None)


def start(engine: str, folder: Path) -> AbstractContextManager[Browser]:
    """Start *engine* without a window; it keeps its cookies in *folder*."""
    from .chromium import Chromium
    from .firefox import Firefox

    path = executable(engine)
    assert path is not None, f"{engine} is not installed"
    return Firefox(path, folder) if engine == "firefox" else Chromium(path, folder)
