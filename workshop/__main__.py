"""`python -m workshop`: the labs, one after the other."""

from __future__ import annotations

from .runner.commands import main

if __name__ == "__main__":
    main(prog_name="python -m workshop")
