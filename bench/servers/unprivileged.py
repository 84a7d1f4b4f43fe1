"""A launcher for a program that refuses to run as root: it becomes another user, then the program.

Run by its path, as `python -I -S unprivileged.py UID GID PARENT SIGNAL CORES COMMAND...`; the rest
is launch.py's, which must come second: the kernel forgets the signal at a change of user.
"""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path


def main(user: str, group: str, *rest: str) -> None:
    """Become *user* and *group* and nobody else, and go on as launch.py."""
    # Read before the change: the other user may not be allowed to look here.
    launch = runpy.run_path(str(Path(__file__).parent.parent / "processes" / "launch.py"))["main"]
    try:
        os.setgroups([])
        os.setresgid(int(group), int(group), int(group))
        os.setresuid(int(user), int(user), int(user))
    except OSError as exc:
        sys.exit(f"cannot become user {user}: {exc.strerror}")
    launch(*rest)


if __name__ == "__main__":
    main(*sys.argv[1:])
