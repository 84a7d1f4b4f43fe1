"""What a login takes in process memory, weighed in a process of its own.

Whatever else a process does meanwhile, such as showing how far it is, would be weighed along with
it. `python -m bench.payload.memory SCHEME STORE_URL KEYS_FILE FOLDER LOGINS` is one that does
nothing else.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path

from demo.auth import Settings
from demo.schemes import build

from ..processes.children import BenchError, Child
from .meters import MemoryMeter
from .rounds import log_in_and_out

LIMIT_S = 300.0
_FOUND = "memory.json"


def measure_memory(
    scheme_name: str, settings: Settings, folder: Path, logins: int
) -> tuple[float, float]:
    """Bytes of one live login, and of one that was revoked; *folder* is empty and its own."""
    command: list[str | Path] = [sys.executable, "-m", "bench.payload.memory", scheme_name]
    command += [settings.store_url or "", str(settings.keys_file), folder, str(logins)]
    log = folder / "memory.log"
    with Child("the weighing of memory", command, log=log, serves=False) as child:
        if child.wait(LIMIT_S) != 0:
            raise BenchError(child.obituary())
    live, revoked = json.loads((folder / _FOUND).read_text(encoding="utf-8"))
    return live, revoked


def main(scheme_name: str, store_url: str, keys_file: str, folder: str, logins: str) -> None:
    """Weigh one scheme, and write down what was found."""
    settings = Settings(store_url=store_url, keys_file=Path(keys_file))
    where, number = Path(folder), int(logins)
    with contextlib.closing(build(scheme_name, settings)) as other:
        # What Python makes once, on first use, is none of the store's.
        log_in_and_out(other, where, 1)
    with contextlib.closing(build(scheme_name, settings)) as scheme, MemoryMeter() as weigh:
        before = weigh.bytes()
        live, once = log_in_and_out(scheme, where, number, weigh.bytes)
        # A dict keeps its table when it is emptied, and fills it again: only growth stays.
        _, twice = log_in_and_out(scheme, where, number, weigh.bytes)
    found = [(live - before) / number, max(0, twice - once) / number]
    (where / _FOUND).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
