"""Counts what a library asks of its store and of cryptography, as our own schemes are counted."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter_ns
from typing import Any, TypeVar

import redis

from demo.metering import Meter

READING = frozenset({"GET", "MGET", "EXISTS", "HGETALL", "HGET", "SELECT"})

T = TypeVar("T")


def counted_redis(url: str, meter: Meter | None, timeout_s: float) -> Any:
    """A client of redis-py, whose commands are counted if there is a *meter*."""
    client: Any = redis.Redis.from_url(
        url, socket_timeout=timeout_s, socket_connect_timeout=timeout_s
    )
    if meter is not None:
        client.execute_command = counted(
            client.execute_command, meter, lambda arguments: str(arguments[0]).upper()
        )
    return client


def counted(
    call: Callable[..., T], meter: Meter, word: Callable[[tuple[Any, ...]], str]
) -> Callable[..., T]:
    """*call*, counted as a read or a write by the first word of what it sends."""

    def timed(*arguments: Any, **named: Any) -> T:
        started = perf_counter_ns()
        try:
            return call(*arguments, **named)
        finally:
            meter.store_ns += perf_counter_ns() - started
            reads = word(arguments) in READING
            meter.reads += reads
            meter.writes += not reads

    return timed


def checked(call: Callable[..., T], meter: Meter | None) -> Callable[..., T]:
    """*call*, counted as the check of a signature if there is a *meter*."""
    if meter is None:
        return call

    def timed(*arguments: Any, **named: Any) -> T:
        started = perf_counter_ns()
        try:
            return call(*arguments, **named)
        finally:
            meter.crypto_ns += perf_counter_ns() - started
            meter.checks += 1

    return timed
