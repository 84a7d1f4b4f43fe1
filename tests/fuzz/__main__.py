"""Fuzzes with atheris, guided by coverage: `python -m tests.fuzz [TARGET]`.

Without a target each has its turn. Each is fuzzed in a process of its own, which atheris ends.
What is found is written to a folder, from where it can be run again.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from .targets import TARGETS

FOUND = Path(tempfile.gettempdir()) / "fuzz-found"


def main() -> int:
    """Fuzz what the command line names; how many targets had something found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", nargs="?", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=60, help="how long each is fuzzed")
    parser.add_argument("--runs", type=int, help="how many inputs each is given instead")
    parser.add_argument("--found", type=Path, default=FOUND, help=f"that folder; {FOUND}")
    parser.add_argument("--again", type=Path, help="an input that was found before")
    options = parser.parse_args()
    if options.again is not None:
        TARGETS[options.target].run(options.again.read_bytes())
        return 0
    names = [options.target] if options.target else [n for n in TARGETS if n != "planted"]
    bound = f"-runs={options.runs}" if options.runs else f"-max_total_time={options.seconds}"
    options.found.mkdir(parents=True, exist_ok=True)
    failed = []
    for number, name in enumerate(names, 1):
        print(f"[{number}/{len(names)}] {name}", flush=True)  # noqa: T201 - a long run says so
        if not _is_clean(name, bound, options.found):
            failed.append(name)
    if failed:
        print(f"found something in {', '.join(failed)}: see {options.found}")  # noqa: T201
    return len(failed)


def _is_clean(name: str, bound: str, found: Path) -> bool:
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(TARGETS[name].seeds):
            (Path(corpus) / str(number)).write_bytes(seed)
        command = [sys.executable, "-m", "tests.fuzz.one", name, bound]
        command += [f"-artifact_prefix={found}/{name}-", corpus]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        print(done.stdout, done.stderr, sep="\n")  # noqa: T201 - what was found
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
