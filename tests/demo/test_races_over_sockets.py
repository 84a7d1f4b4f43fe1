"""Whole requests that meet by chance, at two real nodes that share nothing but their stores."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import psycopg
import pytest
from valkey import Valkey

from bench.services import Services
from demo.testing import Answer, Visitor, over_sockets

from .conftest import Start

ROUNDS = int(os.environ.get("RACE_ROUNDS", "5"))
"""RACE_ROUNDS=1000 looks long."""
KINDS = ("session-cookie-{}", "token-cookie-hs256-denylist-{}", "token-bearer-es256-denylist-{}")
NAMES = [kind.format(store) for kind in KINDS for store in ("redis", "sqlite", "postgres")]


@pytest.fixture(params=[name for name in NAMES if "es256" not in name or "redis" in name])
def bases(
    request: pytest.FixtureRequest,
    start: Start,
    services: Services,
    valkey_client: Valkey,
    postgres_url: str,
    tmp_path: Path,
) -> list[str]:
    """Two nodes under one scheme, whose accounts are as they were at first."""
    if "postgres" in request.param:
        with psycopg.connect(postgres_url) as connection:
            connection.execute('DROP SCHEMA IF EXISTS "_demo" CASCADE')
    store = {
        "redis": services.redis_url,
        "sqlite": f"sqlite://{tmp_path}/demo.sqlite",
        "postgres": postgres_url,
    }[request.param.rpartition("-")[2]]
    options = ["--scheme", request.param, "--store-url", store, "--light-hashes"]
    options += ["--keys-file", str(tmp_path / "keys.json")]
    options += ["--max-failures-account", "1000000", "--max-failures-address", "1000000"]
    return [start(*options).base for _ in range(2)]


def at_once(*visits: tuple[Visitor, str, dict[str, str]]) -> list[Answer]:
    """Send each at the same instant; give the answers in that order."""
    barrier = Barrier(len(visits))

    def send(visitor: Visitor, path: str, fields: dict[str, str]) -> Answer:
        barrier.wait(10)
        return visitor.post(path, fields)

    with ThreadPoolExecutor(len(visits)) as pool:
        return list(pool.map(lambda visit: send(*visit), visits))


def test_a_login_sent_to_two_nodes_is_one_login(bases: list[str]) -> None:
    """The cart is there and one device is listed, whichever answer the browser keeps."""
    sends = [over_sockets(base) for base in bases]
    login = {"username": "alice", "password": "alice-password"}
    # Others may have logged in as the same person, in the store that all these tests share.
    before = Visitor(sends[0])
    assert before.log_in("alice", "alice-password").status == 200
    assert before.post("/logout-everywhere").status == 200
    for _ in range(ROUNDS):
        first = Visitor(sends[0])
        assert first.post("/cart", {"item": "tea", "quantity": 2}).status == 200
        second = first.copy()
        second.send = sends[1]
        answers = at_once((first, "/login", login), (second, "/login", login))
        assert [answer.status for answer in answers] == [200, 200]
        for browser in (first, second):
            assert browser.get("/cart").json["items"] == {"tea": 2}
            assert len(browser.get("/devices").json["devices"]) == 1
        assert first.post("/logout-everywhere").status == 200


def test_no_login_outlives_a_changed_password(bases: list[str]) -> None:
    """Two browsers change it at once while others log in with the old one, at either node."""
    sends = [over_sockets(base) for base in bases]
    old = "alice-password"
    for number in range(ROUNDS):
        changers = [Visitor(send) for send in sends]
        for changer in changers:
            assert changer.log_in("alice", old).status == 200
        late = [Visitor(sends[n % 2]) for n in range(4)]
        new = [f"password {number} of {who}" for who in range(2)]
        answers = at_once(
            *((c, "/password", {"old": old, "new": n}) for c, n in zip(changers, new, strict=True)),
            *((visitor, "/login", {"username": "alice", "password": old}) for visitor in late),
        )
        changed = [n for n, answer in zip(new, answers, strict=False) if answer.status == 200]
        assert len(changed) == 1, [answer.status for answer in answers]
        winner = changers[new.index(changed[0])]
        assert [device["this"] for device in winner.get("/devices").json["devices"]] == [True]
        loser = changers[1 - new.index(changed[0])]
        assert {visitor.get("/me").status for visitor in (*late, loser)} == {401}
        assert Visitor(sends[0]).log_in("alice", old).status == 401
        old = changed[0]
    # Others use these stores after this.
    assert winner.post("/password", {"old": old, "new": "alice-password"}).status == 200
