"""What a server can do: requests a second of one node in a closed loop, its core being full.

Not a latency: a saturated closed loop says clients divided by throughput and nothing else. It is
measured so that the offered rate can be a stated share of it.
"""

from __future__ import annotations

import contextlib
import itertools
import socket
import time
from collections.abc import Sequence

from ..nodes import Node
from ..payload.wire import Parser, connect
from ..processes.children import BenchError

CLIENTS = 4


def measure_capacity(node: Node, requests: Sequence[bytes], seconds: float) -> float:
    """Answers a second to *requests*, one after the other and again; each must be 200."""
    count = 0
    following = itertools.cycle(requests)
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connect(node.host, node.port, 5.0)) for _ in range(CLIENTS)]
        for client in clients:
            client.sendall(next(following))
        started = time.perf_counter()
        while (elapsed := time.perf_counter() - started) < seconds:
            for client in clients:
                status = _receive(client)
                if status != 200:
                    raise BenchError(f"status {status} while the rate was calibrated")
                client.sendall(next(following))
                count += 1
        return count / elapsed


def _receive(client: socket.socket) -> int:
    parser = Parser()
    while (response := parser.feed(client.recv(65536))) is None:
        pass
    return response.status
