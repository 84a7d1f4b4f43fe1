from __future__ import annotations

import socket
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psutil
import pytest
import valkey

from bench.processes.children import BenchError
from bench.services import Services, without_password


def test_a_store_answers_and_goes_with_the_block() -> None:
    """No process, no listening port and no file is left."""
    with Services() as services:
        assert valkey.Valkey.from_url(services.redis_url).ping()
        assert services.server is not None
        pid, port, folder = services.server.pid, urlsplit(services.redis_url).port, services.folder
    assert not psutil.pid_exists(pid)
    assert not folder.exists()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_two_at_once_do_not_meet() -> None:
    with Services() as one, Services() as other:
        valkey.Valkey.from_url(one.redis_url).set("key", "one")
        assert valkey.Valkey.from_url(other.redis_url).get("key") is None
        assert one.folder != other.folder


def test_a_folder_with_a_space_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Store URLs are separated by spaces, so a space in one is quoted."""
    spaced = tmp_path / "a folder"
    spaced.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spaced))
    with Services() as services:
        redis, sqlite = " ".join(services.store_urls).split()
        assert valkey.Valkey.from_url(redis).ping()
        assert Path(unquote(urlsplit(sqlite).path)).parent == services.folder


def test_a_given_server_is_used_and_left_running(services: Services) -> None:
    with Services(services.redis_url) as given:
        assert given.server is None
        assert given.redis_url == services.redis_url
        assert given.options() == {"redis": {"given": "yes"}}
    assert valkey.Valkey.from_url(services.redis_url).ping()


def test_a_given_server_that_hides_its_version_is_used_all_the_same(services: Services) -> None:
    """Managed servers keep INFO to themselves."""
    admin: Any = valkey.Valkey.from_url(services.redis_url)
    admin.execute_command("ACL", "SETUSER", "app", "on", ">secret", "~*", "&*", "+@all", "-info")
    url = services.redis_url.replace("redis://", "redis://app:secret@")
    try:
        with Services(url) as given:
            assert given.versions() == {"redis": "unknown"}
    finally:
        admin.execute_command("ACL", "DELUSER", "app")


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "nonsense", "http://127.0.0.1:1"])
def test_a_given_server_that_does_not_answer_is_one_clear_line(url: str) -> None:
    with pytest.raises(BenchError, match="does not answer") as raised, Services(url):
        pass
    assert "\n" not in str(raised.value)


def test_versions_name_the_server(services: Services) -> None:
    assert services.versions()["valkey"][0].isdigit()


def test_nothing_is_evicted_and_writes_are_kept(services: Services) -> None:
    """An evicted denylist entry would be a pardon."""
    client = valkey.Valkey.from_url(services.redis_url, decode_responses=True)
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert client.config_get("appendonly") == {"appendonly": "yes"}


def test_passwords_are_not_kept() -> None:
    """The command that repeats a run stands in its report."""
    assert without_password("redis://me:secret@host:1/0") == "redis://me:***@host:1/0"
    assert without_password("redis://:secret@host") == "redis://:***@host"
    assert without_password("redis://host:1/0") == "redis://host:1/0"
    with pytest.raises(BenchError) as raised, Services("redis://me:secret@127.0.0.1:1"):
        pass
    assert "secret" not in str(raised.value)


def test_postgres_is_there_if_it_is_asked_for() -> None:
    with Services(postgres=True) as services:
        assert services.postgres_url in services.store_urls
        assert set(services.versions()) == {"valkey", "postgresql"}
        assert set(services.options()) == {"redis", "postgresql"}


def test_a_given_postgres_that_does_not_answer_is_one_clear_line() -> None:
    url = "postgresql://me:secret@127.0.0.1:1/x"
    with pytest.raises(BenchError, match="--postgres-url") as raised, Services(postgres_url=url):
        pass
    assert "\n" not in str(raised.value)
    assert "secret" not in str(raised.value)
