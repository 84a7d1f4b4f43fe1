"""How often this process has been forked; the other half has the same file.

A connection that was made before is a conversation of the parent: two processes that both speak
on it read each other's answers, and SQLite forbids it outright. To ask the operating system who
we are, on every call, costs more than to be told once.
"""

from __future__ import annotations

import os

count = 0
"""Another number in a forked child than in its parent."""


def _forked() -> None:
    global count
    count += 1


os.register_at_fork(after_in_child=_forked)
