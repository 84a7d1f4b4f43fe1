"""The watch beside which somebody else breaks things."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import pytest

from bench.payload.wire import build_request
from bench.revocation.watching import Post, Watch, Watched

from ..waiting import eventually
from .fake_nodes import Deployment, FakeNode

MILLISECOND_NS = 1_000_000
HOUR_NS = 3_600_000_000_000
CREDENTIAL = Watched(build_request("GET", "/me", (("Authorization", "Bearer a"),)), "alice")


@pytest.fixture
def node() -> Iterator[FakeNode]:
    """One that accepts whatever comes."""
    with contextlib.closing(FakeNode(Deployment(), lambda _: True)) as node:
        yield node


def test_another_pace_holds_at_once(node: FakeNode) -> None:
    """What was due in an hour is due now, and what goes on every millisecond stops."""
    post = Post("arm", 0, node.address, [CREDENTIAL])
    with Watch([post], HOUR_NS) as watch:
        watch.pace(MILLISECOND_NS)
        assert eventually(lambda: len(post.probes) >= 3)
        watch.pace(HOUR_NS)
        assert eventually(lambda: _rests(post))


def _rests(post: Post) -> bool:
    before = len(post.probes)
    time.sleep(0.1)
    return len(post.probes) == before
