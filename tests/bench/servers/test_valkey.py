"""A Valkey of our own: started, killed, and started again."""

from __future__ import annotations

import contextlib
from pathlib import Path

import valkey

from bench.servers.valkey import Valkey

KEYS = 300_000


def test_it_has_read_its_data_when_it_is_said_to_have_started(tmp_path: Path) -> None:
    """A Valkey that still reads them answers INFO, and refuses all that needs a key."""
    with Valkey(tmp_path) as server:
        with contextlib.closing(valkey.Valkey.from_url(server.url)) as client:
            client.eval("for i = 1, ARGV[1] do redis.call('SET', i, i) end", 0, str(KEYS))
        server.kill()
        server.start()
        with contextlib.closing(valkey.Valkey.from_url(server.url)) as client:
            assert client.get(str(KEYS)) == str(KEYS).encode()
