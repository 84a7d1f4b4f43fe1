"""What helps an adversary choose the moment, against a real Valkey."""

from __future__ import annotations

import contextlib
import select
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import valkey

from bench.servers.valkey import Valkey
from bench.services import Services
from demo.builtin.moments import AfterPoll, WhileCutOff
from tests.schemes import described

READ = "return redis.call('XRANGE', KEYS[1], '-', '+')"
ADD = "return redis.call('XADD', KEYS[1], '*', 'n', 'x')"
LIMIT_S = 5.0


@pytest.fixture
def port(services: Services) -> int:
    return urlsplit(services.redis_url).port or 0


@pytest.fixture
def after_poll(port: int) -> Iterator[AfterPoll]:
    with contextlib.closing(AfterPoll("mine", port)) as attack:
        assert readable(attack)  # the server's OK
        attack.begin()
        yield attack


def readable(attack: AfterPoll) -> bool:
    assert attack.socket is not None
    return bool(select.select([attack.socket], [], [], LIMIT_S)[0])


def becomes_due(attack: AfterPoll) -> bool:
    """Whether it is, once all is read; what the server said before may come in several parts."""
    while readable(attack):
        if attack.is_due():
            return True
    return False


def test_the_moment_is_when_some_node_has_polled(
    after_poll: AfterPoll, valkey_client: valkey.Valkey
) -> None:
    """The nodes of this scheme, reading the order of denials; nothing else counts."""
    valkey_client.set("mine:family:x", "1")
    valkey_client.eval(ADD, 1, "mine:denials:log")
    valkey_client.eval(READ, 1, "theirs:denials:log")
    assert readable(after_poll)
    assert not after_poll.is_due()
    valkey_client.eval(READ, 1, "mine:denials:log")
    assert becomes_due(after_poll)
    assert not after_poll.is_due()


def test_polls_before_it_begins_are_forgotten(
    after_poll: AfterPoll, valkey_client: valkey.Valkey
) -> None:
    valkey_client.eval(READ, 1, "mine:denials:log")
    assert readable(after_poll)
    after_poll.begin()
    assert not after_poll.is_due()


def test_every_line_on_which_nodes_are_told_is_cut(tmp_path: Path) -> None:
    """And it is the moment at once. Ordinary connections stay."""
    with Valkey(tmp_path) as server, contextlib.closing(WhileCutOff(server.port)) as attack:
        client: Any = valkey.Valkey(port=server.port)
        lines = client.pubsub()
        lines.subscribe("channel")
        assert lines.get_message(timeout=LIMIT_S)["type"] == "subscribe"
        assert client.pubsub_numsub("channel") == [(b"channel", 1)]
        attack.begin()
        assert attack.is_due()
        assert client.pubsub_numsub("channel") == [(b"channel", 0)]
        lines.close()
        client.close()


def test_each_scheme_has_the_attack_that_is_hardest_on_it(services: Services) -> None:
    expected = {
        "token-bearer-hs256-snapshot-redis": AfterPoll,
        "token-bearer-hs256-statuslist-redis": AfterPoll,
        "token-bearer-hs256-filter-redis": AfterPoll,
        "token-bearer-hs256-pushed-redis": WhileCutOff,
        "session-cookie-redis-cached": type(None),
        "token-bearer-hs256-denylist-redis": type(None),
    }
    for name, kind in expected.items():
        attack = described(name).weakest([services.redis_url])
        assert type(attack) is kind, name
        if attack is not None:
            attack.close()


def test_somebody_elses_server_is_left_alone() -> None:
    """No line of theirs is cut, and nobody listens to what they ask."""
    assert described("token-bearer-hs256-pushed-redis").weakest([]) is None
