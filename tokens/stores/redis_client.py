"""What a store takes from the client it is given; the other half has the same file.

The store makes connections of its own and uses none of the client's: a client's pool counts on
every caller to come to its end, and hands on what a cut-short call has left unread.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from redis import Redis
    from valkey import Valkey

    Client = Valkey | Redis

TIMEOUT_S = 1.5
"""How long the server may take to answer where the client sets no `socket_timeout`."""
_LIBRARIES = {"valkey": "Valkey", "redis": "Redis"}

# One conversation at a time, in the protocol that says nothing unasked; and no second try behind
# the store's back, since a write that was sent twice may have happened twice.
_OURS = {
    "decode_responses": False,
    "health_check_interval": 0,
    "protocol": 2,
    "retry": None,
    "retry_on_timeout": False,
}
# What a library does for its own pool, over the protocol that we do not speak.
_NOT_OURS = ("cache_enabled", "client_cache", "maint_notifications")


class Origin(NamedTuple):
    """How to make a connection to the server of a client."""

    connection_class: Any
    options: dict[str, Any]
    max_connections: int
    errors: Any
    """The module of the library's exceptions."""

    def connection(self) -> Any:
        """Return a connection of the client's library, not yet connected."""
        # A list of its own each time: the library changes it.
        return self.connection_class(**self.options, retry_on_error=[])


def origin(client: Client) -> Origin:
    """Return how to connect as *client* does; ValueError with the remedy if it does not fit."""
    library = _library(client)
    pool: Any = client.connection_pool
    given = pool.connection_kwargs
    if given.get("decode_responses"):
        raise ValueError("keys and values are bytes: make the client without decode_responses")
    if not getattr(pool, "is_master", True):
        raise ValueError("a replica takes no writes: use master_for instead of slave_for")
    options = {
        name: value
        for name, value in given.items()
        if name != "retry_on_error" and not any(part in name for part in _NOT_OURS)
    }
    options |= _OURS
    for name in ("socket_timeout", "socket_connect_timeout"):
        if options.get(name) is None:
            options[name] = given.get("socket_timeout") or TIMEOUT_S
    made = Origin(
        pool.connection_class,
        options,
        pool.max_connections,
        import_module(f"{library}.exceptions"),
    )
    try:
        made.connection()
    except TypeError as exc:
        raise ValueError(
            f"the connections of this client do not fit ({exc}): use valkey 6 or redis 5, or later"
        ) from exc
    return made


def _library(client: object) -> str:
    """Return the name of the library that *client* comes from."""
    if isinstance(client, str | bytes):
        raise ValueError("this takes a client, not its URL: RedisStore(Valkey.from_url(url))")
    if isinstance(client, type):
        raise ValueError("this takes a client, not its class: RedisStore(Valkey(host='…'))")
    kind = type(client)
    words = f"{kind.__module__}.{kind.__name__}".lower()
    if "asyncio" in words:
        raise ValueError("this store waits for its answers: give a client that is not asyncio's")
    if "cluster" in words:
        raise ValueError(
            "one script writes several keys, which a cluster refuses: give a client of a server "
            "that is not in cluster mode, or of a Sentinel's master"
        )
    if "pipeline" in words:
        raise ValueError("a pipeline answers when it is executed: give the client it comes from")
    for name, of_client in _LIBRARIES.items():
        library = sys.modules.get(name)
        if library is not None and isinstance(client, getattr(library, of_client)):
            return name
    raise ValueError(
        f"this takes a valkey.Valkey or a redis.Redis, such as Valkey.from_url(url) or "
        f"sentinel.master_for(name), and no {kind.__name__}"
    )
