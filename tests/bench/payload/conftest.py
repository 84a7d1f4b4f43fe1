"""Servers of the raw client's tests, each ended with its test."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from .wire_server import Serve, Server


@pytest.fixture
def serve() -> Iterator[Serve]:
    with contextlib.ExitStack() as stack:

        def start(*answers: bytes, close_after: int = 1000) -> Server:
            server = Server(list(answers), close_after=close_after)
            stack.callback(server.close)
            return server

        yield start
