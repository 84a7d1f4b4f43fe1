"""Signing keys in a file that the nodes of one deployment share.

The file is JSON, readable by its owner alone. Whichever node comes first makes it; the link
into place either succeeds whole or finds that another node was faster.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any


def load_or_make(path: Path, make: Callable[[], Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The keys in *path*; made by *make* if there is no such file.

    Raises ValueError if the file is there and holds no keys.
    """
    if not path.exists():
        _publish(path, json.dumps({"keys": list(make())}))
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))["keys"]
        if not (isinstance(stored, list) and all(isinstance(each, dict) for each in stored)):
            raise TypeError
    except (ValueError, KeyError, TypeError):
        raise ValueError(
            f"{path} holds no signing keys: remove it, and new ones are made"
        ) from None
    return stored


def _publish(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".keys.")  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        try:
            os.link(name, path)
        except FileExistsError:
            return
    finally:
        os.unlink(name)
