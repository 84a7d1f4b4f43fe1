"""Raw samples of the load generator: one fixed-size row a request, in nanoseconds.

The generator appends; the bench reads when it has ended. A file cut off in the middle of a row,
as kill -9 leaves it, is read up to the last whole row.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

ROW = np.dtype(
    [
        ("intended_ns", "<i8"),
        ("start_ns", "<i8"),
        ("end_ns", "<i8"),
        ("auth_ns", "<i8"),
        ("store_ns", "<i8"),
        ("crypto_ns", "<i8"),
        ("reads", "<u2"),
        ("writes", "<u2"),
        ("checks", "<u2"),
        ("app_ns", "<i8"),
        ("cpu_ns", "<i8"),
        ("check_cpu_ns", "<i8"),
        ("waited_ns", "<i8"),
        ("came_ns", "<i8"),
        ("arm", "<i2"),
        ("status", "<i2"),
        ("correct", "?"),
    ]
)
"""`status` is 0 where no answer came; `correct` says that status, subject and timing were as they
must be. Only correct rows are samples."""

FLUSH_S = 1.0


class Recorder:
    """Appends rows to a file and flushes about once a second."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self._rows: list[tuple[int | bool, ...]] = []
        self._flushed_at = time.monotonic()

    def add(
        self,
        intended_ns: int,
        start_ns: int,
        end_ns: int,
        spans: tuple[int, ...],
        arm: int,
        status: int,
        correct: bool,
    ) -> None:
        """Keep one request; *spans* are those of `answers.Spans` but the scheme."""
        self._rows.append((intended_ns, start_ns, end_ns, *spans, arm, status, correct))

    def flush_if_due(self) -> None:
        """Write what is kept if the last time is a second ago; call it when there is time."""
        if time.monotonic() - self._flushed_at >= FLUSH_S:
            self.flush()

    def flush(self) -> None:
        """Write what is kept."""
        rows, self._rows = self._rows, []
        self._flushed_at = time.monotonic()
        data = memoryview(np.array(rows, dtype=ROW).tobytes())
        while data:
            data = data[os.write(self._file.fileno(), data) :]

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        try:
            self.flush()
        finally:
            self._file.close()


def read(path: Path) -> NDArray[np.void]:
    """The rows in *path*, as a structured array; a row that was cut off is left out."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return np.zeros(0, dtype=ROW)
    return np.frombuffer(data[: len(data) - len(data) % ROW.itemsize], dtype=ROW)
