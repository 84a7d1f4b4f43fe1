"""Which parts of a run are finished, so that one that was interrupted can go on.

A part, such as a block of an experiment, is in the file of the run with all its cells or not at
all. Whoever measures a run holds the lock of its folder.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from .processes.children import BenchError
from .records import (
    FILE,
    Part,
    Recorded,
    RecordError,
    forget_unfinished,
    read_cells,
    read_parts,
    write_part,
)


class Ledger:
    """The finished parts of the run in a folder; nobody else can open it meanwhile."""

    def __init__(self, folder: Path) -> None:
        """`BenchError` if the run is being measured at this moment, or cannot be read."""
        self._folder = folder
        self._lock = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.parts = read_parts(folder) if (folder / FILE).exists() else []
        except BlockingIOError as exc:
            self.close()
            raise BenchError(f"{folder} is being measured right now; wait for it to end") from exc
        except OSError as exc:
            self.close()
            said = f"{folder} cannot be locked: {exc.strerror}; choose another folder with --out"
            raise BenchError(said) from exc
        except RecordError as exc:
            self.close()
            raise BenchError(str(exc)) from exc
        self._names = {part.name for part in self.parts}

    def has(self, name: str) -> bool:
        """Return whether the part *name* is finished."""
        return name in self._names

    def add(self, part: Part, cells: Iterable[Recorded]) -> None:
        """Save *part*, which is finished, with its cells."""
        write_part(self._folder, part, cells)
        self.parts.append(part)
        self._names.add(part.name)

    def clear_unfinished(self) -> None:
        """Delete the cells that belong to no finished part."""
        forget_unfinished(self._folder)

    def highest_number(self) -> int:
        """Return the number that the last cell's ID begins with; 0 if there is none."""
        cells = read_cells(self._folder) if self.parts else []
        return max((int(cell.id.partition("-")[0]) for cell in cells), default=0)

    def close(self) -> None:
        """Let go of the lock; harmless twice."""
        lock, self._lock = self._lock, -1
        if lock >= 0:
            os.close(lock)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()
