"""Fuzzes one target in this process: `python -m tests.fuzz.one TARGET` and libFuzzer's flags."""

from __future__ import annotations

import sys

try:
    import atheris  # type: ignore[import-untyped, unused-ignore]  # it has none
except ImportError:
    sys.exit("fuzz: atheris is not installed; it has wheels for Linux and Python below 3.14 alone")

with atheris.instrument_imports(include=["sessions", "tokens", "tests.fuzz.targets"]):
    from .targets import TARGETS

FLAGS = ["-seed=1", "-max_len=4096", "-timeout=10", "-verbosity=0"]

if __name__ == "__main__":
    atheris.Setup([sys.argv[0], *FLAGS, *sys.argv[2:]], TARGETS[sys.argv[1]].run)
    atheris.Fuzz()  # ends the process
