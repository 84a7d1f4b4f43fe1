"""Which parts of a run are finished, so that one that was interrupted can go on.

`finished.jsonl` in the run folder has one line a part: a block of an experiment, say. A line is
written when all cells of its part are, so cells that no line names belong to a part that was cut
short, and are measured again. Whoever measures a run holds the lock of this file.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import msgspec

from .processes.children import BenchError
from .records import Gate

FILE = "finished.jsonl"


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One finished part of a run, and what the run knew when it was."""

    name: str
    """Such as `lookup/3`: the same in a run that goes on as in one that was never interrupted."""
    cells: list[str]
    """The IDs of its cells."""
    gates: list[Gate] = []
    """The gates of the run as a whole until then."""
    repeated: list[str] = []
    """Why blocks had been measured again until then."""


class Ledger:
    """The finished parts of the run in a folder; nobody else can open it meanwhile."""

    def __init__(self, folder: Path) -> None:
        """`BenchError` if the run is being measured at this moment, or cannot be written to."""
        self._folder = folder
        path = folder / FILE
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as exc:
            said = f"{path}: {exc.strerror}; make room, or choose another folder with --out"
            raise BenchError(said) from exc
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            os.close(self._file)
            raise BenchError(f"{folder} is being measured right now; wait for it to end") from exc
        content = path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        os.ftruncate(self._file, len(whole))  # a line cut off by kill -9 was never written
        try:
            self.parts = [msgspec.json.decode(line, type=Part) for line in whole.splitlines()]
        except msgspec.MsgspecError as exc:
            os.close(self._file)
            raise BenchError(f"{path} is damaged, so the run cannot go on: {exc}") from exc
        self._names = {part.name for part in self.parts}

    def has(self, name: str) -> bool:
        """Whether the part *name* is finished."""
        return name in self._names

    def cells_of(self, name: str) -> list[str]:
        """The IDs of the cells of a finished part."""
        return [cell for part in self.parts if part.name == name for cell in part.cells]

    def add(self, part: Part) -> None:
        """Note that *part* is finished; its cells are on disk."""
        self.parts.append(part)
        self._names.add(part.name)
        os.write(self._file, msgspec.json.encode(part) + b"\n")

    def highest_number(self) -> int:
        """The number that the last cell's ID begins with; 0 if there is none."""
        return max(
            (int(cell.partition("-")[0]) for part in self.parts for cell in part.cells), default=0
        )

    def clear_unfinished(self) -> Sequence[str]:
        """Remove what cells of no finished part left behind, and give the names."""
        kept = {cell for part in self.parts for cell in part.cells}
        removed = []
        folders = [self._folder / name for name in ("records", "breaks")]
        for path in (path for folder in folders if folder.is_dir() for path in folder.iterdir()):
            # Temporary files of a writer that was killed begin with a full stop.
            ours = path.suffix in (".json", ".npz")
            if path.name.startswith(".") or (ours and path.stem not in kept):
                path.unlink()
                removed.append(path.name)
        return removed

    def close(self) -> None:
        """Let go of the lock; harmless twice."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()
