"""Key rotation as a revocation: the key that signed the tokens is lost, and all of them with it.

The demo app reads its keys when it starts, so nodes learn of it one after the other, as in a
rolling restart: the keys file is taken away, the first node that starts makes new keys, and the
others find them. `ack` is when the last node answers again. While a node is restarted it gives
no answer, which is neither an accept nor a reject.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from pathlib import Path

from ..caller import Caller
from ..nodes import Nodes
from ..payload.wire import Connection
from .attempts import WARM_ACCEPTS, WARM_LIMIT_NS, Observation
from .cells import Seen
from .revokes import Case
from .watching import Post, Watch, Watched, settled

TAIL_S = 0.3
RESTARTS_EVERY = 5
"""Of the probes, one in so many is sent while nodes are restarted: windows begin at the ack, and
all of them would take the processor from the nodes that start."""
SUBJECT = "alice"
_POLL_S = 0.01


def rotate(
    arms: Sequence[str], nodes: Nodes, keys_file: Path, interval_ns: int, draw: random.Random
) -> dict[str, Seen]:
    """
    Take the keys away and restart every node, while a token of each of *arms* is watched.

    Raises `Refused` if nobody can log in.
    """
    posts = {arm: _posts(arm, nodes, draw.randrange(len(nodes))) for arm in arms}
    with Watch([post for group in posts.values() for post in group], interval_ns) as watch:
        void = _warm(posts)
        invoke_ns = time.perf_counter_ns()
        keys_file.unlink()
        watch.pace(RESTARTS_EVERY * interval_ns)
        for node in nodes:
            # Not in good order: a node would wait for the connections that watch it.
            nodes.kill(node)
            nodes.restart(node)
        watch.pace(interval_ns)
        ack_ns = time.perf_counter_ns()
        time.sleep(TAIL_S)
    case = Case("random", "key", 0, 0, 0, 0.0)
    return {
        arm: Seen(
            case,
            Observation(
                probes=sorted(
                    (probe for post in group for probe in post.probes),
                    key=lambda probe: probe.complete_ns,
                ),
                invoke_ns=invoke_ns,
                ack_ns=ack_ns,
                void=void.get(arm, ""),
            ),
            *_fidelity(group, invoke_ns, ack_ns),
        )
        for arm, group in posts.items()
    }


def _fidelity(group: Sequence[Post], invoke_ns: int, ack_ns: int) -> tuple[list[int], int]:
    """
    How late probes were, and how many were missed, but for the time of the restarts.

    Starting nodes takes the processor from everybody; windows are resolved after the ack.
    """
    lags, missed = [], 0
    for post in group:
        for probe, lag_ns, slots in zip(post.probes, post.lag_ns, post.missed, strict=True):
            if not invoke_ns <= probe.invoke_ns <= ack_ns:
                lags.append(lag_ns)
                missed += slots
    return lags, missed


def _posts(arm: str, nodes: Nodes, login_node: int) -> list[Post]:
    node = nodes[login_node]
    with Connection(node.host, node.port) as connection:
        caller = Caller(connection, node.base(arm))
        caller.login(SUBJECT)
    credential = Watched(caller.raw("GET", "/me"), SUBJECT)
    return [
        Post(arm, number, (node.host, node.port), [credential]) for number, node in enumerate(nodes)
    ]


def _warm(posts: dict[str, list[Post]]) -> dict[str, str]:
    """Wait until every node has accepted often enough; why an arm is void, if one is."""
    deadline = time.monotonic() + WARM_LIMIT_NS / 1e9
    while True:
        cold = {arm: settled(group, [True], WARM_ACCEPTS) for arm, group in posts.items()}
        late = {arm: found for arm, found in cold.items() if found}
        if not late or time.monotonic() > deadline:
            return {arm: f"not accepted by {len(found)} nodes" for arm, found in late.items()}
        time.sleep(_POLL_S)
