"""Files that appear whole or not at all, whenever their writer is killed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import IO


class Replacing:
    """A binary file that takes the place of *path* only if the block ends well."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> IO[bytes]:
        descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")
        self._temporary = Path(name)
        self._file: IO[bytes] = os.fdopen(descriptor, "wb")
        return self._file

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            self._file.close()
            if kind is None:
                self._temporary.chmod(0o644)
                self._temporary.replace(self._path)
        finally:
            self._temporary.unlink(missing_ok=True)
