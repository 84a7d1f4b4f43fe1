"""A process of Locust that is set up by its options alone."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from .children import Child


def locust(options: Sequence[str | Path], log: Path, cores: Sequence[int] = ()) -> Child:
    """
    Start Locust with *options*; it is to end by itself.

    It stands in the folder of *log* and has that for its home: Locust takes settings, and modules,
    from where it stands and settings from ~/.locust.conf.
    """
    command = [sys.executable, "-m", "locust", *options]
    home = {"HOME": str(log.parent)}
    return Child("Locust", command, log=log, cores=cores, variables=home, serves=False)
