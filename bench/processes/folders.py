"""Where a run is kept: a folder of its own, and the link that names the last one."""

from __future__ import annotations

import os
import time
from pathlib import Path

from .. import records
from ..records import GENERATED as GENERATED
from ..records import IS_CHECKOUT as IS_CHECKOUT
from .children import BenchError

LATEST = "latest"


def make_run_folder(parent: Path, plan: str) -> Path:
    """
    A new folder in *parent*, such as `2026-11-22T20-15-03Z-smoke`; never one that was there.

    Runs that start within one second get `-2`, `-3` and so on.
    """
    stem = f"{time.strftime('%Y-%m-%dT%H-%M-%SZ', time.gmtime())}-{plan}"
    try:
        parent.mkdir(parents=True, exist_ok=True)
        number = 1
        while True:
            folder = parent / (stem if number == 1 else f"{stem}-{number}")
            try:
                folder.mkdir()
            except FileExistsError:
                number += 1
            else:
                return folder
    except OSError as exc:
        raise BenchError(
            f"no run can be kept in {parent}: {exc.strerror}; choose another folder with --out"
        ) from exc


def find_run(name: str) -> Path:
    """The folder that *name* means: a path, or a run under `reports/generated`."""
    try:
        return records.find_run(name)
    except records.RecordError as exc:
        raise BenchError(str(exc)) from exc


def point_latest_at(folder: Path) -> None:
    """Make `latest` beside *folder* name it, in one step."""
    link = folder.parent / f".{LATEST}-{folder.name}"
    try:
        link.unlink(missing_ok=True)
        link.symlink_to(folder.name)
        os.replace(link, folder.parent / LATEST)
    except OSError:
        # A file system without links, or somebody's own folder of that name: a convenience lost.
        link.unlink(missing_ok=True)
