"""Prices of events: what they count is exact, and what costs nothing has no price."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator

import numpy as np
import pytest

from bench.context import arms_of, describe_schemes
from bench.journey.batches import Batch, Pair, Sender
from bench.journey.prices import EVENTS, Till
from bench.journey.spending import Purse
from bench.nodes import Node, start_nodes
from bench.payload.wire import Connection
from bench.services import Services
from demo.auth import Settings

SESSION, TOKEN = "session-bearer-redis", "token-bearer-hs256-denylist-redis"
COUNT = 3
OPERATIONS = {
    SESSION: {
        "login": (0, 1),
        "update": (1, 2),
        "renewal": (1, 2),
        "touch": (1, 1),
        "logout": (0, 1),
        "revocation": (1, 2),
        "logout-everywhere": (1, 2),
    },
    TOKEN: {
        "login": (0, 1),
        "check": (1, 0),
        "update": (1, 1),
        "renewal": (1, 1),
        "logout": (0, 2),
        "revocation": (2, 3),
        "logout-everywhere": (2, 3),
    },
}
"""Reads and writes of each event, over its base; here every read of a session is a touch."""


class Shop:
    """A node, and the prices of each scheme, taken once for all tests."""

    def __init__(self, services: Services, node: Node, connection: Connection) -> None:
        self.node = node
        self.sender = Sender(connection, Purse(node.pid, *services.processes()))
        settings = Settings(store_url=" ".join(services.store_urls), keys_file=services.keys_file)
        till = Till(node, self.sender, COUNT)
        self.taken: dict[str, dict[str, Batch]] = {}
        for arm in arms_of(describe_schemes([SESSION, TOKEN], settings)):
            stay, prices = till.first_half(arm)
            prices += till.second_half(stay, touches=arm.mechanism == "session")
            self.taken[arm.name] = {price.event: price.batch for price in prices}


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with (
        Services() as services,
        start_nodes(
            1,
            ["control", SESSION, TOKEN],
            store_urls=services.store_urls,
            keys_file=services.keys_file,
            folder=services.folder,
            touch_s=0.0001,
        ) as nodes,
        Connection(nodes[0].host, nodes[0].port) as connection,
    ):
        yield Shop(services, nodes[0], connection)


@pytest.mark.parametrize("scheme", [SESSION, TOKEN])
def test_every_event_has_a_price_and_every_answer_is_right(shop: Shop, scheme: str) -> None:
    """A token is never touched."""
    events = set(EVENTS) - ({"touch"} if scheme == TOKEN else set())
    assert set(shop.taken[scheme]) == events
    for event, batch in shop.taken[scheme].items():
        assert batch.correct == batch.sent > 0, event
        assert batch.figures()["events"] == COUNT
        assert all(values.size == COUNT for values in batch.arrays().values())


@pytest.mark.parametrize(
    ("scheme", "event"),
    [(scheme, event) for scheme, events in OPERATIONS.items() for event in events],
)
def test_store_operations_are_those_of_the_event_alone(shop: Shop, scheme: str, event: str) -> None:
    """A login before it, which it needs, is part of the base."""
    figures = shop.taken[scheme][event].figures()
    found = [(figures[name] - figures[f"base_{name}"]) / COUNT for name in ("reads", "writes")]
    assert tuple(found) == OPERATIONS[scheme][event]


def test_a_check_that_was_a_touch_is_left_out(shop: Shop) -> None:
    """By what each answer says that it wrote; on a busy machine some are."""
    batch = shop.taken[SESSION]["touch"]
    quiet = shop.taken[TOKEN]["check"]
    assert batch.only(wrote=True).figures()["events"] == COUNT
    assert quiet.only(wrote=False).figures() == quiet.figures()
    both = Batch(
        [*batch.event, *quiet.event],
        [*batch.base, *quiet.base],
        np.concatenate([batch.latency_ns, quiet.latency_ns]),
        [*batch.answers, *quiet.answers],
        [*batch.base_answers, *quiet.base_answers],
    )
    assert both.only(wrote=True).figures() == batch.figures()
    assert both.only(wrote=False).figures() == quiet.figures()
    assert list(both.only(wrote=True).latency_ns) == list(batch.latency_ns)


def test_bytes_are_those_of_the_credential(shop: Shop) -> None:
    """A check differs from one under control by the path and the header that carries the ID."""
    figures = shop.taken[SESSION]["check"].figures()
    header = len("Authorization: Bearer \r\n") + 43
    more = len(SESSION) - len("control") + header
    assert figures["sent_bytes"] - figures["base_sent_bytes"] == COUNT * more


def test_a_known_amount_of_work_is_found_again() -> None:
    """Hashing in this process costs what its own clock says."""
    purse = Purse(os.getpid())
    before, started_ns = purse.read(), time.process_time_ns()
    hashlib.pbkdf2_hmac("sha256", b"a", b"b", 20_000)
    ended_ns, spent = time.process_time_ns(), purse.read().since(before)
    assert spent.store_ns == 0
    assert spent.app_ns == pytest.approx(ended_ns - started_ns, rel=0.2)


def test_the_same_request_twice_has_no_price(shop: Shop) -> None:
    """What is held against its like is noise around zero: less than a quarter of the request."""
    raw = b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"
    pair = Pair(lambda: shop.sender.exchange(raw), lambda: shop.sender.exchange(raw))
    arrays = shop.sender.batch([pair] * 200).arrays()
    apart = np.median(arrays["app_ns"] - arrays["base_app_ns"])
    assert abs(apart) < 0.25 * np.median(arrays["base_app_ns"])
