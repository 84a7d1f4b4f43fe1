"""What a built-in scheme says of itself, for tests that need no store behind it."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from bench.context import arms_of
from bench.records import Arm
from demo.auth import Scheme, Settings
from demo.schemes import build

_FOLDER = tempfile.TemporaryDirectory(prefix="schemes-")
_SETTINGS = Settings(
    # Nobody listens there, and none is asked.
    store_url=f"redis://127.0.0.1:1 postgresql://nobody@127.0.0.1:1/none "
    f"sqlite://{_FOLDER.name}/store.sqlite",
    keys_file=Path(_FOLDER.name) / "keys.json",
)


@cache
def described(name: str) -> Scheme:
    """Return the scheme *name*, closed: what it says of itself, and not for use."""
    scheme = build(name, _SETTINGS)
    scheme.close()
    return scheme


def arm(scheme: str, **changes: Any) -> Arm:
    """Return the arm of *scheme*, with some of its fields changed."""
    return replace(arms_of([described(scheme)])[0], **changes)
