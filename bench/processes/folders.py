"""Where a run is kept: a folder of its own, and the link that names the last one."""

from __future__ import annotations

import os
import time
from pathlib import Path

from .children import ROOT, BenchError

IS_CHECKOUT = (ROOT / "pyproject.toml").is_file()
"""Whether the project runs from its sources; installed, it keeps its hands off its own folder."""
GENERATED = (ROOT if IS_CHECKOUT else Path.cwd()) / "reports" / "generated"
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
                (folder / "records").mkdir()
                return folder
    except OSError as exc:
        raise BenchError(
            f"no run can be kept in {parent}: {exc.strerror}; choose another folder with --out"
        ) from exc


def find_run(name: str) -> Path:
    """The folder that *name* means: a path, or a run under `reports/generated`."""
    for folder in (Path(name), GENERATED / name):
        if (folder / "run.json").exists():
            return folder.resolve()
    if Path(name).is_dir():
        raise BenchError(f"{name} is not a run: it has no run.json; make bench writes runs")
    known = ", ".join(sorted(path.parent.name for path in GENERATED.glob("*/run.json")))
    remedy = f"there are {known}" if known else "there are none yet: make bench"
    raise BenchError(f"no run is called {name}; {remedy}")


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
