"""A server that forks its workers after start-up: each has connections of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.services import Services

FORKS = """
import os, sys
from valkey import Valkey
from tokens.stores.redis import RedisStore
from tokens.stores.sqlite import SQLiteStore
from tokens.testing import LATER, NOW, a_key, a_record
where = sys.argv[1]
store = RedisStore(Valkey.from_url(where)) if "://" in where else SQLiteStore(where)
held = [(a_key(), a_record(subject)) for subject in ("parent", "child")]
for key, record in held:
    store.create(key, record, LATER)
store.deny(["child"], LATER)
store.is_denied("child")
child = os.fork()
key, record = held[1] if child == 0 else held[0]
for n in range(300):
    assert store.is_denied(record.subject) is (child == 0)
    assert store.read(record.handle, key).subject == record.subject
    assert n % 50 or store.merge(record.handle, b"%d" % n, NOW - 1)
if child == 0:
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert store.read(held[1][1].handle, held[1][0]).data == b"250"
"""


@pytest.mark.parametrize("kind", ["sqlite", "redis"])
def test_a_fork_has_a_conversation_of_its_own(
    kind: str, services: Services, tmp_path: Path
) -> None:
    """Nobody is given somebody else's answer, however they hurry."""
    where = services.redis_url if kind == "redis" else str(tmp_path / "tokens.db")
    command = [sys.executable, "-c", FORKS, where]
    assert subprocess.run(command, check=False, timeout=60).returncode == 0
