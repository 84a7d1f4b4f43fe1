"""`python -m workshop`: the labs, one after the other."""

from __future__ import annotations

import os
import sys

if (
    __name__ == "__main__"
    and not sys.flags.safe_path
    and sys.path[0] != os.path.dirname(os.path.dirname(__file__))
):
    # The folder one stands in comes first, and may have a demo.py or a numpy/ of its own.
    del sys.path[0]

import io

from .runner.commands import main

if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a locale may lack a sign of ours
    main(prog_name="python -m workshop")
