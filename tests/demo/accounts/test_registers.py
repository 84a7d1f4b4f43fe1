"""Registers: each change is a compare and set, in every store that nodes may share."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import pytest
from valkey import Valkey

from bench.services import Services
from demo.accounts import MemoryRegisters, Registers
from demo.auth import Settings
from demo.builtin.registers import open_registers


@pytest.fixture(params=["memory", "sqlite", "redis", "postgres"])
def nodes(
    request: pytest.FixtureRequest,
    services: Services,
    valkey_client: Valkey,
    postgres_url: str,
    tmp_path: Path,
) -> Iterator[list[Registers]]:
    """The registers of two nodes."""
    url = {
        "memory": None,
        "sqlite": f"sqlite:///{tmp_path}/demo.sqlite",
        "redis": services.redis_url,
        "postgres": postgres_url,
    }[request.param]
    first = open_registers(Settings(store_url=url))
    second = first if url is None else open_registers(Settings(store_url=url))
    yield [first, second]
    first.close()
    second.close()


def test_workers_that_begin_at_once_all_find_their_table(tmp_path: Path) -> None:
    """Of a new file each of them may be the first to open."""
    for round_ in range(20):
        file = tmp_path / f"{round_}.sqlite"
        begin = Barrier(8)

        def open_and_read(url: str = f"sqlite:///{file}", begin: Barrier = begin) -> None:
            begin.wait(30)
            registers = open_registers(Settings(store_url=url))
            assert registers.get("a") is None
            registers.close()

        with ThreadPoolExecutor(8) as pool:
            for done in [pool.submit(open_and_read) for _ in range(8)]:
                done.result(30)


@pytest.fixture
def name() -> str:
    return f"test {uuid4()}"


def test_a_value_is_known_to_every_node_and_changed_only_by_who_knows_it(
    nodes: list[Registers], name: str
) -> None:
    """Whoever has an older value in mind changes nothing."""
    here, there = nodes
    assert here.get(name) is None
    assert here.swap(name, None, b"one")
    assert there.get(name) == b"one"
    assert not there.swap(name, None, b"two")
    assert not there.swap(name, b"other", b"two")
    assert there.swap(name, b"one", b"\x00two")
    assert here.get(name) == b"\x00two"
    assert not here.swap(name, b"one", None)
    assert here.swap(name, b"\x00two", None)
    assert there.get(name) is None
    assert there.swap(name, None, None)


def test_of_many_that_change_one_value_one_wins(nodes: list[Registers], name: str) -> None:
    """A counter that everybody counts up has counted everybody."""

    def count(number: int) -> None:
        registers = nodes[number % 2]
        while True:
            found = registers.get(name)
            new = b"%d" % (int(found or b"0") + 1)
            if registers.swap(name, found, new):
                return

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(40)))
    assert nodes[0].get(name) == b"40"


def test_a_value_whose_time_is_up_is_none(nodes: list[Registers], name: str) -> None:
    """It cannot be read or changed, and another takes its place."""
    here, there = nodes
    assert here.swap(name, None, b"short", 0.05)
    ends_at = time.monotonic() + 5
    while there.get(name) is not None:
        assert time.monotonic() < ends_at
    assert not here.swap(name, b"short", b"changed")
    assert there.swap(name, None, b"fresh", 60)
    assert here.get(name) == b"fresh"


def test_memory_forgets_what_is_past(monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not grow with what was written once."""
    monkeypatch.setattr("demo.accounts.registers.MAX_REGISTERS", 10)
    registers = MemoryRegisters()
    for number in range(100):
        assert registers.swap(str(number), None, b"x", 1e-9)
    assert len(registers._values) <= 11
