"""A launcher that makes a program end with the bench that started it, even by kill -9.

Run by its path, as `python -I -S launch.py PARENT SIGNAL CORES COMMAND...`: it needs the standard
library alone, and is gone as soon as the program runs in its place.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def end_with(parent: int, signal_number: int) -> None:
    """Have this process receive *signal_number* when *parent*, which started it, ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number)
        # The parent may have ended before the call above could take effect.
        if os.getppid() != parent:
            sys.exit(1)


def main(parent: str, signal_number: str, cores: str, *command: str) -> None:
    """Become *command*, on *cores* if any are named, with *signal_number* to follow *parent*."""
    end_with(int(parent), int(signal_number))
    if cores and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {int(core) for core in cores.split(",")})
    try:
        os.execvp(command[0], command)  # noqa: S606 - to become the program is the point
    except OSError as exc:
        sys.exit(f"{command[0]} cannot be started: {exc.strerror}")


if __name__ == "__main__":
    main(*sys.argv[1:])
