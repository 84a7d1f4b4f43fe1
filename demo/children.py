"""What Python processes that the project starts find: the project, from any folder."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def child_environment() -> dict[str, str]:
    """
    Return the environment of a child: ours, with the project first on its path.

    The folder one stands in is not on it: its `demo.py` or `numpy/` is not meant.
    """
    theirs = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    # Absolute, since a child may stand in another folder.
    paths = [str(ROOT), *map(os.path.abspath, theirs)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONSAFEPATH": "1"}
