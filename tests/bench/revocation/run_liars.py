"""`python -m tests.bench.revocation.run_liars PLAN`: every dishonest scheme, at its full times."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from reports.guarantees import EXIT

from . import liars


def main(plan: str) -> int:
    """Run *plan* over all of them and an honest one; print who was not caught; 1 if any."""
    with tempfile.TemporaryDirectory(prefix="liars-") as name:
        folder = Path(name)
        liars.install(folder)
        command = [sys.executable, "-m", "bench", "run", "--plan", plan, "--only", "revocation"]
        command += ["--schemes", ",".join([*liars.LIARS, liars.HONEST]), "--out", name]
        path = os.pathsep.join(filter(None, [name, os.environ.get("PYTHONPATH")]))
        ended = subprocess.call(command, env={**os.environ, "PYTHONPATH": path})
        (found,) = folder.glob(f"*-{plan}/results.json")
        named = {one["scheme"] for one in json.loads(found.read_text())["broken"]}
    missed, wronged = set(liars.LIARS) - named, named - set(liars.LIARS)
    sys.stdout.write(f"caught: {len(named & set(liars.LIARS))} of {len(liars.LIARS)}\n")
    for what, names in (("missed", missed), ("wrongly named", wronged)):
        if names:
            sys.stdout.write(f"{what}: {', '.join(sorted(names))}\n")
    return int(bool(missed or wronged) or ended != EXIT)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
