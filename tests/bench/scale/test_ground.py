"""The stores of the scale experiment: each walk begins on ground that nobody used."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
import valkey

from bench.scale.ground import SETTINGS, Ground


def ask(url: str, *command: str) -> Any:
    client: Any = valkey.Valkey.from_url(url, socket_timeout=5)
    with contextlib.closing(client):
        return client.execute_command(*command)


def test_cleared_ground_is_a_new_server_at_the_same_place(tmp_path: Path) -> None:
    """Not one that still gives back the memory of millions, and answers late meanwhile."""
    with Ground(tmp_path, ()) as ground:
        urls = ground.urls(2, "redis")
        for place in urls:
            ask(place[0], "SET", "who", "somebody")
            Path(place[1].removeprefix("sqlite://")).write_bytes(b"rows")
        before = ask(urls[0][0], "INFO", "server")
        ground.clear()
        assert ground.urls(2, "redis") == urls
        for place in urls:
            assert ask(place[0], "DBSIZE") == 0
            assert not Path(place[1].removeprefix("sqlite://")).exists()
        assert ask(urls[0][0], "INFO", "server")["run_id"] != before["run_id"]
        for name, value in SETTINGS.items():
            assert ask(urls[0][0], "CONFIG GET", name) == {name: value}


def test_ground_leaves_no_server_behind(tmp_path: Path) -> None:
    with Ground(tmp_path, ()) as ground:
        [place] = ground.urls(1, "redis")
        ground.clear()
    assert not (tmp_path / "scale").exists()
    with pytest.raises(valkey.ConnectionError):
        ask(place[0], "PING")
