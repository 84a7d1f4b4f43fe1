"""Runs the code of a page for people who come from another library, as it is printed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from .clean import listings, run_shell


def run(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the page's first listing leaves behind; `more` has the others."""
    monkeypatch.chdir(folder)
    run_shell(page, folder, Path(sys.executable))
    first, *more = listings(page)
    namespace: dict[str, Any] = {"__name__": "moving", "more": more}
    exec(compile(first, page, "exec"), namespace)
    return namespace
