"""Runs the code of a page for people who come from another library, as it is printed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def run(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the page's first listing leaves behind; `more` has the others."""
    monkeypatch.chdir(folder)
    first, *more = re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(), re.S)
    namespace: dict[str, Any] = {"__name__": "moving", "more": more}
    exec(compile(first, page, "exec"), namespace)
    return namespace
