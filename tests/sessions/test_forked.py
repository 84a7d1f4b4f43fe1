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
from sessions.stores.redis import RedisStore
from sessions.stores.sqlite import SQLiteStore
from sessions.testing import LATER, a_key, a_record
where = sys.argv[1]
store = RedisStore(Valkey.from_url(where)) if "://" in where else SQLiteStore(where)
keys = [a_key(), a_key()]
for key, subject in zip(keys, ["parent", "child"]):
    store.create(key, a_record(subject), LATER)
    store.read(key)
child = os.fork()
own, subject = (keys[1], "child") if child == 0 else (keys[0], "parent")
for n in range(300):
    assert store.read(own).subject == subject
    assert n % 50 or store.merge(own, {"n": b"%d" % n}, 100)
if child == 0:
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert store.read(keys[1]).data == {"n": b"250"}
"""


@pytest.mark.parametrize("kind", ["sqlite", "redis"])
def test_a_fork_has_a_conversation_of_its_own(
    kind: str, services: Services, tmp_path: Path
) -> None:
    """Nobody is given somebody else's session, however they hurry."""
    where = services.redis_url if kind == "redis" else str(tmp_path / "sessions.db")
    command = [sys.executable, "-c", FORKS, where]
    assert subprocess.run(command, check=False, timeout=60).returncode == 0
