"""`python -m demo.teaching.node`: `python -m demo` that ends when whoever started it does.

It says so by letting go of this process's standard input, which happens whatever ends it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

from ..__main__ import main


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    main(prog_name="python -m demo")
