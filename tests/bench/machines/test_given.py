from __future__ import annotations

import pytest
from click.testing import CliRunner

from bench.commands.several import experiments_of, machines_of
from bench.machines.command import worker
from bench.machines.given import GivenNodes, Machines
from bench.nodes import start_nodes
from bench.processes.children import BenchError
from bench.services import Services


@pytest.mark.parametrize(
    "url", ["https://h:1", "h:1", "http://h:99999", "http://", "http://h:1/path"]
)
def test_a_url_of_another_form_is_refused(url: str) -> None:
    with pytest.raises(BenchError, match=r"is not of the form http://HOST:PORT"):
        GivenNodes([url], [])


def test_a_node_that_is_not_there_is_named() -> None:
    with pytest.raises(BenchError, match=r"http://127\.0\.0\.1:1 does not answer"):
        GivenNodes(["http://127.0.0.1:1"], ["control"])


def test_a_node_must_serve_every_arm_and_say_what_it_spent(services: Services) -> None:
    """What is missing is named, with the command that would serve it."""
    common = {"store_urls": services.store_urls, "keys_file": services.keys_file}
    mounts = ["control", "control-again=control"]
    with start_nodes(1, mounts, folder=services.folder, **common) as nodes:  # type: ignore[arg-type]
        url = f"http://{nodes[0].host}:{nodes[0].port}"
        with GivenNodes([url], mounts) as given:
            assert [(node.host, node.port, node.pid) for node in given] == [
                (nodes[0].host, nodes[0].port, 0)
            ]
        with pytest.raises(BenchError, match="does not serve session-cookie-sqlite; start it with"):
            GivenNodes([url], [*mounts, "session-cookie-sqlite"])
        assert nodes.alive(), "it is not ours to stop"
    with start_nodes(1, mounts, folder=services.folder, timing=False, **common) as nodes:  # type: ignore[arg-type]
        url = f"http://{nodes[0].host}:{nodes[0].port}"
        with pytest.raises(BenchError, match="start it with --timing"):
            GivenNodes([url], mounts)


def test_options_that_do_not_fit_are_refused() -> None:
    nodes = ["http://a:1", "http://b:1"]
    with pytest.raises(BenchError, match="some nodes would stay idle"):
        machines_of(nodes, 1, "10.0.0.1", 5557)
    with pytest.raises(BenchError, match="name it with --node-url"):
        machines_of([], 2, "10.0.0.1", 5557)
    with pytest.raises(BenchError, match="--workers-expected"):
        machines_of([], 0, "10.0.0.1", 5557)


def test_this_machine_alone_is_no_machines() -> None:
    assert machines_of([], 0, "127.0.0.1", 5557) is None
    assert machines_of(["http://a:1"], 0, "127.0.0.1", 5557) == Machines(("http://a:1",))


def test_what_needs_nodes_of_its_own_is_refused_elsewhere() -> None:
    given = Machines(("http://a:1",))
    assert experiments_of(given, ["payload", "lookup"], chosen=False) == ["lookup"]
    assert experiments_of(None, ["payload", "lookup"], chosen=True) == ["payload", "lookup"]
    with pytest.raises(BenchError, match="revocation starts and stops nodes of its own"):
        experiments_of(given, ["lookup", "revocation"], chosen=True)


def test_a_worker_whom_nobody_calls_says_so() -> None:
    done = CliRunner().invoke(
        worker, ["--master-host", "127.0.0.1", "--master-port", "1", "--patience-s", "1"]
    )
    assert done.exit_code == 1
    assert "nobody conducts at 127.0.0.1:1" in done.stderr
