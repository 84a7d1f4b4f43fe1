"""Makes the cookies of a browser older: in its own files, while it is closed.

A browser's clock cannot be turned, and a test does not wait. But a browser that starts again reads
in its files when each cookie was made.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

CREATED: Mapping[str, tuple[str, str]] = {
    "chromium": ("Default/Cookies", "UPDATE cookies SET creation_utc = creation_utc - ?"),
    "firefox": ("cookies.sqlite", "UPDATE moz_cookies SET creationTime = creationTime - ?"),
}
"""Where each engine keeps its cookies, and what makes all of them older by so many microseconds."""


def make_older(engine: str, folder: Path, minutes: int) -> None:
    """Make every cookie in *folder* older."""
    file, statement = CREATED[engine]
    with closing(sqlite3.connect(folder / file)) as database, database:
        changed = database.execute(statement, (minutes * 60_000_000,)).rowcount
    assert changed > 0, f"{engine} has kept no cookie in {file}"
